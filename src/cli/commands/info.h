/* SPDX-License-Identifier: MIT */
/* What `linnet info` says of a file, as text and as JSON. */
#ifndef LINNET_CLI_COMMANDS_INFO_H
#define LINNET_CLI_COMMANDS_INFO_H

#include <jansson.h>
#include <linnet/linnet.h>
#include <stdbool.h>

/* --- layers --- */

/* Whether the layer has an activation of its own, as its name tells. */
bool lnt_cli_info_has_activation(const lnt_layer *layer);

/* Whether its activation has a parameter. */
bool lnt_cli_info_has_alpha(const lnt_layer *layer);

/*
 * The next number that layers of its kind have besides their shapes, and what it is called; `*next`
 * is 0 at first. False: there are no more.
 */
bool lnt_cli_info_number(const lnt_layer *layer, size_t *next, const char **name, double *value);

/* --- models --- */

void lnt_cli_info_text(const lnt_model *model);
json_t *lnt_cli_info_json(const lnt_model *model);

/* A tensor's shape and checksum, for the object of all tensors; NULL without memory. */
json_t *lnt_cli_info_tensor_json(const lnt_tensor *shape, const char *sum);

/* --- what is no model, but of this program all the same --- */

/* Print what there is; false: the file is none of that kind, and nothing was printed. */
bool lnt_cli_info_checkpoint(const char *path, bool json, lnt_status *status);
/* C source that `linnet export` made: the comment at its head. */
bool lnt_cli_info_source(const char *path, bool json, lnt_status *status, lnt_error *error);

#endif
