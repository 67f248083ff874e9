/* SPDX-License-Identifier: MIT */
#include "cli/dataset/train_data.h"
#include "cli/output/messages.h"

/* Below this a held-out score says little. */
#define HELD_OUT_FEW 10

static bool is_streamed(const lnt_cli_train_data *data)
{
    return data->streamed.file != NULL;
}

static lnt_status permute(lnt_cli_train_data *data, size_t *index)
{
    if (!is_streamed(data)) {
        lnt_tensor values = lnt_frame_values(data->frame);
        LNT_TRY(lnt_permute_rows(&values, index));
    }
    if (data->targets_separate != NULL) {
        LNT_TRY(lnt_permute_rows(&data->rows.y, index));
    }
    if (data->rows.weights.rows > 0) {
        LNT_TRY(lnt_permute_rows(&data->rows.weights, index));
    }
    return data->rows.sampling.rows > 0 ? lnt_permute_rows(&data->rows.sampling, index) : LNT_OK;
}

/* Which rows can be split, and whether they must be. */
static lnt_status check_split(const lnt_cli_train_data *data, const char *path,
                              const lnt_cli_train_settings *settings, lnt_error *error)
{
    if (settings->validation > 0 && data->rows.x.rows < 2) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s: expected at least 2 rows, some to train on and some to hold out, "
                        "found %zu (--validation 0 holds none out)",
                        path, data->rows.x.rows);
    }
    if (is_streamed(data) && settings->validation == 0 && settings->validation_file == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --validation: expected held-out rows to evaluate the net, since %s "
                        "is larger than --memory, found none",
                        path);
    }
    return LNT_OK;
}

/* The views x and y stay what they are: only rows change places. */
static lnt_status split(lnt_cli_train_data *data, const char *path,
                        const lnt_cli_train_settings *settings, lnt_error *error)
{
    const size_t rows = data->rows.x.rows;
    LNT_TRY(check_split(data, path, settings, error));
    if (settings->validation == 0 && !is_streamed(data)) {
        return LNT_OK;
    }
    size_t *index = lnt_allocate(NULL, rows, sizeof *index);
    if (index == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_status status =
        lnt_train_test_split(rows, settings->validation, data->classify ? &data->rows.y : NULL,
                             settings->seed, index, &data->rows.n_train);
    if (is_streamed(data)) { /* which keeps the index */
        LNT_TRY(lnt_cli_streamed_split(&data->streamed, index, data->rows.n_train, error));
    }
    if (status == LNT_OK) {
        status = permute(data, index);
    }
    if (!is_streamed(data)) {
        lnt_release(NULL, index);
    }
    return status;
}

lnt_status lnt_cli_train_data_split(lnt_cli_train_data *data, const char *path,
                                    const lnt_cli_train_settings *settings, lnt_error *error)
{
    LNT_TRY(split(data, path, settings, error));
    const size_t n_train = data->rows.n_train, held_out = data->rows.x.rows - n_train;
    if (settings->validation > 0 && (held_out == 0 || n_train == 0)) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "%s: too few rows of each class to hold out %g of them (--validation 0 holds none out)",
            path, settings->validation);
    }
    const char *noun = n_train == 1 ? "row" : "rows";
    if (settings->validation_file != NULL) {
        lnt_cli_log("%zu %s to train on, held out: the rows of %s", n_train, noun,
                    settings->validation_file);
        return LNT_OK;
    }
    if (settings->validation == 0) {
        lnt_cli_log("%zu %s to train on, none held out", n_train, noun);
        return LNT_OK;
    }
    lnt_cli_log("%zu %s to train on, %zu held out", n_train, noun, held_out);
    if (held_out < HELD_OUT_FEW) {
        lnt_cli_warn("only %zu %s held out: the score on them is unreliable", held_out,
                     held_out == 1 ? "row is" : "rows are");
    }
    return LNT_OK;
}
