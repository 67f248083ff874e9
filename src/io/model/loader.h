/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_LOADER_H
#define LINNET_IO_MODEL_LOADER_H

#include "io/json/text.h"
#include "io/model/file.h"

/** The state of loading a model from an archive. */
typedef struct lnt_model_loader {
    const char *path;
    const lnt_allocator *allocator;
    lnt_error *error;
    const lnt_model_archive *archive;
    lnt_text_lookup metadata;
    lnt_name_map checksums;   /* tensor name to checksum */
    bool has_laplace;         /* whether the metadata describe a Laplace approximation */
    lnt_laplace_info laplace; /* its description, without the number of parameters */
} lnt_model_loader;

/** NULL if there is no such tensor. */
const lnt_st_entry *lnt_model_loader_find(const lnt_model_loader *loader, const char *name);

/** Parses the JSON text of a key; *root is NULL if there is no such key. */
lnt_status lnt_model_loader_parse(const lnt_model_loader *loader, lnt_model_key key, json_t **root);

/** Checks that the metadata have all required keys, unaltered. */
lnt_status lnt_model_loader_check(const lnt_model_loader *loader);

/** Fails with an error message about a tensor. */
lnt_status lnt_model_loader_fail(const lnt_model_loader *loader, const char *name,
                                 const char *sentence);

/** Finds the entry of a tensor and checks its dtype and shape. */
lnt_status lnt_model_loader_tensor(const lnt_model_loader *loader, const char *name,
                                   lnt_st_dtype dtype, size_t rank, const size_t *shape,
                                   const lnt_st_entry **entry);

/** Reads an entry and verifies its checksum. */
lnt_status lnt_model_loader_read(const lnt_model_loader *loader, const lnt_st_entry *entry,
                                 void *data);

/** Reads the description of a Laplace approximation. */
lnt_status lnt_model_loader_laplace_info(lnt_model_loader *loader);

/** The number of its tensors for these layers. */
size_t lnt_model_loader_laplace_tensors(const lnt_model_loader *loader,
                                        const lnt_net_config *config);

/** Loads the Laplace approximation, if there is one; net and loss must be loaded. */
lnt_status lnt_model_loader_laplace(const lnt_model_loader *loader, lnt_model *model);

#endif
