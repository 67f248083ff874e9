/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_TEXT_H
#define LINNET_IO_MODEL_TEXT_H

#include "io/json/text.h"

#include <linnet/io.h>

/**
 * Descriptions of a model's parts as JSON. The `_json` functions return NULL without memory (or for
 * NULL names); the `_parse` functions return `LNT_ERR_FORMAT` or `LNT_ERR_MEMORY`.
 */

/**
 * {"kind": "huber", "value": "mean", "gradient": "sum", "delta": "1.5"}; a parameter of 0 is
 * omitted, and classifications may have "class_weights": ["1", "0.25"].
 */
json_t *lnt_loss_json(const lnt_loss *loss);
/** Sets the loss and class weights of a model that has its net. */
lnt_status lnt_loss_parse(lnt_model *model, const json_t *root, const char *path,
                          const lnt_allocator *allocator, lnt_error *error);
void lnt_class_weights_destroy(lnt_class_weights *weights);

/** {"epochs": "50", ..., "train_loss": "0.25"}; NaN is omitted. */
json_t *lnt_training_summary_json(const lnt_training_summary *summary);
lnt_status lnt_training_summary_parse(lnt_training_summary *summary, const json_t *root,
                                      const char *path, lnt_error *error);

/** {"structure": "last", "rows": "100", "prior_precision": "0.5", ...}. */
json_t *lnt_laplace_json(const lnt_laplace_info *info);
lnt_status lnt_laplace_parse(lnt_laplace_info *info, const json_t *root, const char *path,
                             lnt_error *error);

/** ["a", "b"]; a name that is not UTF-8 becomes {"hex": "e9"}, its bytes. */
json_t *lnt_names_json(const lnt_names *names);
lnt_status lnt_names_parse(lnt_names **names, const json_t *root, const char *path,
                           const lnt_allocator *allocator, lnt_error *error);

#endif
