/* SPDX-License-Identifier: MIT */
#include "cli/output/predict_output.h"

#include "cli/output/metrics.h"
#include "cli/output/text.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_BYTES 512

/* The name of output i, a class or a target; made up if the model has none. */
static const char *output_name(const lnt_cli_output *out, size_t i, char made_up[NAME_MAX_BYTES])
{
    const lnt_names *names = out->classifier ? out->model->class_names : out->model->target_names;
    const bool deviation = i >= out->means;
    const size_t of = deviation ? i - out->means : i;
    const char *end = deviation ? "_sd" : "";
    const char *name = lnt_names_get(names, of);
    if (name != NULL && !deviation) {
        return name;
    }
    if (name != NULL) {
        snprintf(made_up, NAME_MAX_BYTES, "%s%s", name, end);
    } else if (out->classifier) {
        snprintf(made_up, NAME_MAX_BYTES, "%zu%s", of, end);
    } else if (out->means == 1) {
        snprintf(made_up, NAME_MAX_BYTES, "prediction%s", end);
    } else {
        snprintf(made_up, NAME_MAX_BYTES, "prediction%zu%s", of + 1, end);
    }
    return made_up;
}

static const char *class_column(const lnt_cli_output *out)
{
    const char *name = lnt_names_get(out->model->target_names, 0);
    return name != NULL ? name : "prediction";
}

static void write_header(const lnt_cli_output *out)
{
    char name[NAME_MAX_BYTES];
    if (out->classifier) {
        lnt_cli_csv_field(out->stream, "", class_column(out));
    }
    for (size_t j = 0; j < out->columns && (!out->classifier || out->probabilities); j++) {
        fputs(j > 0 || out->classifier ? "," : "", out->stream);
        lnt_cli_csv_field(out->stream, out->classifier ? "p_" : "", output_name(out, j, name));
    }
    putc('\n', out->stream);
}

static void write_row(const lnt_cli_output *out, const lnt_tensor *output, size_t i, size_t class)
{
    char name[NAME_MAX_BYTES], number[LNT_CLI_NUMBER_MAX];
    if (out->classifier) {
        lnt_cli_csv_field(out->stream, "", output_name(out, class, name));
    }
    for (size_t j = 0; j < output->cols && (!out->classifier || out->probabilities); j++) {
        lnt_cli_number(lnt_tensor_get(output, i, j), output->dtype, number);
        fprintf(out->stream, "%s%s", j > 0 || out->classifier ? "," : "", number);
    }
    putc('\n', out->stream);
}

/* Columns [first, end) by name. */
static json_t *values_json(const lnt_cli_output *out, const lnt_tensor *output, size_t i,
                           size_t first, size_t end)
{
    json_t *values = json_object();
    for (size_t j = first; j < end; j++) {
        char name[NAME_MAX_BYTES];
        if (json_object_set_new(values, output_name(out, j, name),
                                lnt_cli_json_number(lnt_tensor_get(output, i, j))) != 0) {
            json_decref(values);
            return NULL;
        }
    }
    return values;
}

static lnt_status write_json(const lnt_cli_output *out, const lnt_tensor *output, size_t i,
                             size_t class)
{
    char name[NAME_MAX_BYTES];
    json_t *object;
    if (!out->classifier) {
        object = values_json(out, output, i, 0, out->columns);
    } else if (!out->probabilities) {
        object =
            json_pack("{s:o}", class_column(out), lnt_cli_json_text(output_name(out, class, name)));
    } else {
        object = json_pack("{s:o, s:o}", class_column(out),
                           lnt_cli_json_text(output_name(out, class, name)), "probabilities",
                           values_json(out, output, i, 0, out->means));
        if (object != NULL && out->columns > out->means) {
            json_object_set_new(object, "deviations",
                                values_json(out, output, i, out->means, out->columns));
        }
    }
    return lnt_cli_json_print(object, output->dtype == LNT_F32 ? 9 : 17, out->stream);
}

/* Classes as NumPy counts by default, or the outputs as they are. */
static void write_npy(const lnt_cli_output *out, const lnt_tensor *output, const size_t *class)
{
    if (!out->classifier || out->probabilities) {
        (void) fwrite(output->data, lnt_dtype_size(output->dtype), output->rows * output->cols,
                      out->stream);
        return;
    }
    for (size_t i = 0; i < output->rows; i++) {
        const int64_t number = (int64_t) class[i];
        (void) fwrite(&number, sizeof number, 1, out->stream);
    }
}

lnt_status lnt_cli_output_begin(const lnt_cli_output *out, size_t rows, lnt_dtype dtype)
{
    char begin[LNT_NPY_HEADER_LENGTH];
    if (out->format == LNT_CLI_CSV) {
        write_header(out);
    }
    if (out->format == LNT_CLI_NPY) {
        if (out->classifier && !out->probabilities) {
            LNT_TRY(lnt_npy_header("i8", rows, 0, begin));
        } else {
            LNT_TRY(lnt_npy_header(dtype == LNT_F32 ? "f4" : "f8", rows, out->columns, begin));
        }
        (void) fwrite(begin, 1, sizeof begin, out->stream);
    }
    return LNT_OK;
}

lnt_status lnt_cli_output_rows(const lnt_cli_output *out, const lnt_tensor *output)
{
    size_t class[LNT_CLI_CHUNK];
    lnt_tensor means;
    LNT_TRY(lnt_slice_cols(output, 0, out->means, 1, &means));
    LNT_TRY(lnt_row_argmax(&means, class));
    if (out->format == LNT_CLI_NPY) {
        write_npy(out, output, class);
        return LNT_OK;
    }
    for (size_t i = 0; i < output->rows; i++) {
        if (out->format == LNT_CLI_JSONL) {
            LNT_TRY(write_json(out, output, i, class[i]));
        } else {
            write_row(out, output, i, class[i]);
        }
    }
    return LNT_OK;
}

const char *lnt_cli_output_format_name(int i)
{
    static const char *const names[] = {[LNT_CLI_BY_NAME] = "auto",
                                        [LNT_CLI_CSV] = "csv",
                                        [LNT_CLI_NPY] = "npy",
                                        [LNT_CLI_JSONL] = "jsonl"};
    return i >= 0 && i <= LNT_CLI_JSONL ? names[i] : NULL;
}

static bool ends_in(const char *path, const char *end)
{
    const size_t length = path != NULL ? strlen(path) : 0, n = strlen(end);
    return length >= n && strcmp(path + length - n, end) == 0;
}

lnt_cli_output_format lnt_cli_output_format_of(const char *path)
{
    return ends_in(path, ".npy")     ? LNT_CLI_NPY
           : ends_in(path, ".jsonl") ? LNT_CLI_JSONL
                                     : LNT_CLI_CSV;
}
