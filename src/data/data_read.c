/* SPDX-License-Identifier: MIT */
#include "data/arrays/readers.h"
#include "data/csv/csv.h"
#include "data/data_format.h"
#include "data/libsvm/libsvm.h"
#include <string.h>
#include <unistd.h>

/* A path, and the array of an archive to read. */
typedef struct location {
    const char *path;
    const char *array; /* or NULL */
    char *memory;      /* of the path, if it is a copy */
} location;

/* Splits "FILE.npz:NAME", unless a file has that whole name. */
static lnt_status split_path(location *p, const char *path, const lnt_allocator *allocator,
                             lnt_error *error)
{
    static const char before[] = ".npz:";
    *p = (location){.path = path};
    const char *found = NULL;
    for (const char *next = path; (next = strstr(next, before)) != NULL; next++) {
        found = next;
    }
    if (found == NULL || access(path, F_OK) == 0) {
        return LNT_OK;
    }
    const size_t length = (size_t) (found - path) + sizeof before - 2;
    p->memory = lnt_allocate(allocator, length + 1, 1);
    if (p->memory == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "%s: out of memory", path);
    }
    memcpy(p->memory, path, length);
    p->path = p->memory;
    p->array = path + length + 1;
    return LNT_OK;
}

static lnt_status read_as(lnt_frame **frame, lnt_data_format format, lnt_input *input,
                          const location *p, const lnt_read_options *options)
{
    if (p->array != NULL && format != LNT_DATA_NPZ) {
        return lnt_fail(input->error, LNT_ERR_FORMAT,
                        "%s: expected an .npz archive with an array "
                        "'%s', found %s",
                        p->path, p->array, lnt_data_format_name(format));
    }
    switch (format) {
    case LNT_DATA_NPY:
        return lnt_npy_read_input(frame, input, options);
    case LNT_DATA_NPZ:
        return lnt_npz_read_input(frame, input, p->array, options);
    case LNT_DATA_IDX:
        return lnt_idx_read_input(frame, input, options);
    case LNT_DATA_LIBSVM:
        return lnt_libsvm_read_input(frame, input, options);
    case LNT_DATA_AUTO:
    case LNT_DATA_CSV:
        break;
    }
    return lnt_csv_read_input(frame, input, options);
}

lnt_status lnt_data_read(lnt_frame **frame, const char *path, lnt_data_format format,
                         const lnt_read_options *options, lnt_error *error)
{
    if (frame == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame is required");
    }
    *frame = NULL;
    if (path == NULL || options == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "path and options are required");
    }
    if (lnt_data_format_name(format) == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "format: a value outside its list");
    }
    LNT_TRY(lnt_csv_options_check(options, error));
    location p;
    LNT_TRY(split_path(&p, path, options->allocator, error));
    lnt_input input;
    lnt_status status = lnt_input_open(&input, p.path, error);
    if (status == LNT_OK) {
        status = lnt_format_resolve(&format, &input, p.path);
        status = status == LNT_OK ? read_as(frame, format, &input, &p, options) : status;
        lnt_input_close(&input);
    }
    lnt_release(options->allocator, p.memory);
    return status;
}
