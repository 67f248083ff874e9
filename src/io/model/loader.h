/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_LOADER_H
#define LINNET_IO_MODEL_LOADER_H

#include "io/json/text.h"
#include "io/model/file.h"

/** A model that is being read from an archive. */
typedef struct lnt_model_loader {
    const char *path;
    const lnt_allocator *allocator;
    lnt_error *error;
    const lnt_model_archive *archive;
    lnt_text_lookup metadata;
    lnt_name_map checksums;   /* tensor name to sum */
    bool has_laplace;         /* what the metadata say of a Laplace approximation */
    lnt_laplace_info laplace; /* likewise; without the number of parameters */
} lnt_model_loader;

/** NULL if there is none of that name. */
const lnt_st_entry *lnt_model_loader_find(const lnt_model_loader *load, const char *name);

/** Parses the JSON text of a key; *root is NULL if the key is not there. */
lnt_status lnt_model_loader_parse(const lnt_model_loader *load, lnt_model_key key, json_t **root);

/** Whether the metadata have what each model has, unaltered. */
lnt_status lnt_model_loader_check(const lnt_model_loader *load);

/** Fails with a sentence about a tensor. */
lnt_status lnt_model_loader_fail(const lnt_model_loader *load, const char *name, const char *sentence);

/** The entry of that name, found to be as expected. */
lnt_status lnt_model_loader_tensor(const lnt_model_loader *load, const char *name, lnt_st_dtype dtype,
                             size_t rank, const size_t *shape, const lnt_st_entry **entry);

/** Reads an entry, whose sum must be right. */
lnt_status lnt_model_loader_read(const lnt_model_loader *load, const lnt_st_entry *entry, void *data);

/** Reads what the metadata say of a Laplace approximation. */
lnt_status lnt_model_loader_laplace_info(lnt_model_loader *load);

/** How many tensors that has for these layers. */
size_t lnt_model_loader_laplace_tensors(const lnt_model_loader *load, const lnt_net_config *config);

/** Sets the model's Laplace approximation, if there is one; net and loss are there. */
lnt_status lnt_model_loader_laplace(const lnt_model_loader *load, lnt_model *model);

#endif
