/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"
#include "cli/commands/info.h"
#include "cli/output/text.h"

/* Escaped, but for line breaks. */
static void print_lines(const char *text)
{
    char out[LNT_ESCAPE_LENGTH];
    while (*text != '\0') {
        if (*text == '\n') {
            putchar(*text++);
        } else {
            (void) lnt_escape_next(&text, out);
            fputs(out, stdout);
        }
    }
}

/* Name, shape and checksum of tensor `i`. */
static lnt_status look(const lnt_checkpoint *checkpoint, size_t i, const char **name,
                       lnt_tensor *shape, char sum[LNT_CHECKSUM_LENGTH])
{
    *name = lnt_checkpoint_name(checkpoint, i);
    LNT_TRY(lnt_checkpoint_shape(checkpoint, *name, shape));
    return lnt_checkpoint_checksum(checkpoint, *name, sum, NULL);
}

static json_t *tensors_json(const lnt_checkpoint *checkpoint, lnt_status *status)
{
    json_t *tensors = json_object();
    for (size_t i = 0; i < lnt_checkpoint_count(checkpoint) && *status == LNT_OK; i++) {
        const char *name;
        lnt_tensor shape;
        char sum[LNT_CHECKSUM_LENGTH];
        *status = look(checkpoint, i, &name, &shape, sum);
        if (*status == LNT_OK &&
            json_object_set_new(tensors, name, lnt_cli_info_tensor_json(&shape, sum)) != 0) {
            *status = LNT_ERR_MEMORY;
        }
    }
    return tensors;
}

static lnt_status print_json(const lnt_checkpoint *checkpoint)
{
    lnt_status status = LNT_OK;
    json_t *tensors = tensors_json(checkpoint, &status);
    if (status != LNT_OK) {
        json_decref(tensors);
        return status;
    }
    const char *settings = lnt_checkpoint_get_text(checkpoint, "settings");
    return lnt_cli_json_print(json_pack("{s:s, s:s, s:s, s:o, s:s?}", "format", "checkpoint",
                                        "version", lnt_checkpoint_version(checkpoint), "blas_core",
                                        lnt_checkpoint_blas_core(checkpoint), "tensors", tensors,
                                        "settings", settings),
                              17, stdout);
}

static lnt_status print_text(const lnt_checkpoint *checkpoint)
{
    fputs("format        checkpoint\nversion       ", stdout);
    lnt_print_escaped(stdout, lnt_checkpoint_version(checkpoint));
    fputs("\nblas core     ", stdout);
    lnt_print_escaped(stdout, lnt_checkpoint_blas_core(checkpoint));
    putchar('\n');
    for (size_t i = 0; i < lnt_checkpoint_count(checkpoint); i++) {
        const char *name;
        lnt_tensor shape;
        char sum[LNT_CHECKSUM_LENGTH];
        LNT_TRY(look(checkpoint, i, &name, &shape, sum));
        fputs("tensor        ", stdout);
        lnt_print_escaped(stdout, name);
        printf(" [%zu, %zu], XXH3 %s\n", shape.rows, shape.cols, sum);
    }
    const char *settings = lnt_checkpoint_get_text(checkpoint, "settings");
    if (settings != NULL) {
        putchar('\n');
        print_lines(settings);
    }
    return LNT_OK;
}

/* A bad checkpoint is none: the error of the model is as good. */
bool lnt_cli_info_checkpoint(const char *path, bool json, lnt_status *status)
{
    lnt_checkpoint *checkpoint;
    if (lnt_checkpoint_open(&checkpoint, path, NULL, NULL) != LNT_OK) {
        return false;
    }
    *status = json ? print_json(checkpoint) : print_text(checkpoint);
    lnt_checkpoint_close(checkpoint);
    return true;
}
