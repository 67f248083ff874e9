/* SPDX-License-Identifier: MIT */
/* Checkpoints as files: what is written and read, and what is refused, with its sentence. */
#include "io/checkpoint/file.h"
#include "io/safetensors/safetensors.h"
#include "support/failing_allocator.h"
#include "support/file.h"
#include "support/metadata.h"
#include "support/net.h"

#include <linnet/file.h>

TestSuite(checkpoint_files, .init = make_test_folder, .fini = remove_test_folder);

static lnt_error error;

/* Whether the sentence has this part. */
static void says(const char *part)
{
    assert_contains(error.message, part, "'%s' has no '%s'", error.message, part);
}

/* --- writing --- */

static void not_written(lnt_status status, lnt_checkpoint_item item, lnt_checkpoint_text text,
                        const char *part)
{
    const lnt_tensor one = random_matrix(LNT_F64, 2, 3, 1);
    const lnt_checkpoint_item items[] = {{"first", one}, item};
    const lnt_checkpoint_text texts[] = {{"a", "b"}, text};
    const char *path = in_folder("checkpoint");
    FAILS(status,
          lnt_checkpoint_write(path, &(lnt_checkpoint_content){items, 2, texts, 2}, &error));
    assert_eq(error.status, status);
    says(path);
    says(part);
    assert_ne(access(path, F_OK), 0, "a file is there");
}

Test(checkpoint_files, content_that_is_refused)
{
    const lnt_tensor x = random_matrix(LNT_F32, 4, 3, 1), t = lnt_transpose(&x);
    const lnt_checkpoint_item good = {"second", x};
    const lnt_checkpoint_text fine = {"c", "d"};
    lnt_tensor spaced, no_data = x;
    no_data.data = NULL;
    OK(lnt_slice_rows(&x, 0, 2, 2, &spaced));
    not_written(LNT_ERR_NULL, (lnt_checkpoint_item){NULL, x}, fine, "name or its data is NULL");
    not_written(LNT_ERR_NULL, (lnt_checkpoint_item){"x", no_data}, fine, "its data is NULL");
    not_written(LNT_ERR_DTYPE, (lnt_checkpoint_item){"labels", matrix(LNT_I32, 2, 2)}, fine,
                "tensor 'labels': expected f32 or f64");
    not_written(LNT_ERR_SHAPE, (lnt_checkpoint_item){"turned", t}, fine, "tensor 'turned'");
    not_written(LNT_ERR_SHAPE, (lnt_checkpoint_item){"spaced", spaced}, fine, "without gaps");
    not_written(LNT_ERR_INVALID, (lnt_checkpoint_item){"first", x}, fine, "'first'");
    not_written(LNT_ERR_INVALID, (lnt_checkpoint_item){"\xff", x}, fine, "UTF-8");
    not_written(LNT_ERR_NULL, good, (lnt_checkpoint_text){NULL, "v"}, "text or its key is NULL");
    not_written(LNT_ERR_NULL, good, (lnt_checkpoint_text){"k", NULL}, "text or its key is NULL");
    not_written(LNT_ERR_INVALID, good, (lnt_checkpoint_text){"a", "v"},
                "text 'a': its key is taken");
    not_written(LNT_ERR_INVALID, good, (lnt_checkpoint_text){"linnet.x", "v"}, "is taken");
    not_written(LNT_ERR_INVALID, good, (lnt_checkpoint_text){"k", "\xff"},
                "text 'k': it is not UTF-8");
    not_written(LNT_ERR_INVALID, good, (lnt_checkpoint_text){"\xc3", "v"}, "not UTF-8");
}

/* --- reading --- */

/* A column of stride 2 has no gaps where it has one row; empty tensors have none either. */
static lnt_checkpoint *write_and_open(const char *path, const lnt_allocator *allocator)
{
    const lnt_tensor x = random_matrix(LNT_F32, 4, 3, 1), z = random_matrix(LNT_F64, 1, 5, 2);
    const lnt_tensor column = lnt_tensor_strided(LNT_F64, z.data, 5, 1, 1, 7);
    const lnt_checkpoint_item items[] = {{"x", x},
                                         {"z", z},
                                         {"column", column},
                                         {"rows", lnt_tensor_view(LNT_F64, NULL, 0, 3)},
                                         {"cols", lnt_tensor_view(LNT_F64, NULL, 3, 0)}};
    const lnt_checkpoint_text text = {"key", "a value"};
    lnt_checkpoint *checkpoint;
    OK(lnt_checkpoint_write(path, &(lnt_checkpoint_content){items, 5, &text, 1}, &error));
    OK(lnt_checkpoint_open(&checkpoint, path, allocator, &error));
    assert_str_eq(lnt_checkpoint_path(checkpoint), path);
    assert_str_eq(lnt_checkpoint_get_text(checkpoint, "key"), "a value");
    cr_assert_null(lnt_checkpoint_get_text(checkpoint, "another"));
    return checkpoint;
}

Test(checkpoint_files, what_was_written_is_read)
{
    failing memory = {.calls = 0};
    const lnt_allocator allocator = failing_allocator(&memory);
    lnt_checkpoint *checkpoint = write_and_open(in_folder("checkpoint"), &allocator);
    const lnt_tensor x = random_matrix(LNT_F32, 4, 3, 1), z = random_matrix(LNT_F64, 1, 5, 2);
    lnt_tensor shape, read_x = matrix(LNT_F32, 4, 3), read_z = matrix(LNT_F64, 5, 1);
    assert_eq(lnt_checkpoint_count(checkpoint), 5);
    cr_assert_null(lnt_checkpoint_name(checkpoint, 5));
    OK(lnt_checkpoint_shape(checkpoint, "cols", &shape));
    assert_eq(shape.rows, 3);
    assert_eq(shape.cols, 0);
    assert_eq(shape.dtype, LNT_F64);
    FAILS(LNT_ERR_INVALID, lnt_checkpoint_shape(checkpoint, "y", &shape));
    OK(lnt_checkpoint_read(checkpoint, "x", &read_x, &error));
    OK(lnt_checkpoint_read(checkpoint, "column", &read_z, &error));
    assert_same_bits(&read_x, &x);
    assert_bytes_eq(read_z.data, z.data, 5 * sizeof(double));
    lnt_checkpoint_close(checkpoint);
    assert_gt(memory.calls, 0);
    assert_eq(memory.live, 0);
}

Test(checkpoint_files, reads_that_are_refused)
{
    lnt_checkpoint *checkpoint = write_and_open(in_folder("checkpoint"), NULL);
    lnt_tensor x = matrix(LNT_F32, 4, 3), wide = matrix(LNT_F32, 4, 6), view, f64;
    char sum[LNT_CHECKSUM_LENGTH];
    FAILS(LNT_ERR_NULL, lnt_checkpoint_read(checkpoint, NULL, &x, &error));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_read(checkpoint, "x", NULL, &error));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_shape(checkpoint, NULL, &view));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_shape(checkpoint, "x", NULL));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_checksum(checkpoint, NULL, sum, &error));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_checksum(checkpoint, "x", NULL, &error));
    FAILS(LNT_ERR_FORMAT, lnt_checkpoint_read(checkpoint, "y", &x, &error));
    says("tensor 'y' is missing");
    FAILS(LNT_ERR_FORMAT, lnt_checkpoint_checksum(checkpoint, "y", sum, &error));
    f64 = matrix(LNT_F64, 4, 3);
    FAILS(LNT_ERR_DTYPE, lnt_checkpoint_read(checkpoint, "x", &f64, &error));
    says("tensor 'x': expected f64, found f32");
    OK(lnt_slice_rows(&x, 0, 3, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_checkpoint_read(checkpoint, "x", &view, &error));
    says("expected [3, 3] without gaps, found [4, 3]");
    OK(lnt_slice_cols(&x, 0, 2, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_checkpoint_read(checkpoint, "x", &view, &error));
    OK(lnt_slice_cols(&wide, 0, 3, 1, &view)); /* rows with gaps */
    FAILS(LNT_ERR_SHAPE, lnt_checkpoint_read(checkpoint, "x", &view, &error));
    OK(lnt_slice_cols(&wide, 0, 3, 2, &view)); /* columns with gaps */
    FAILS(LNT_ERR_SHAPE, lnt_checkpoint_read(checkpoint, "x", &view, &error));
    lnt_checkpoint_close(checkpoint);
}

/* --- files whose checksums are right, and the rest is not --- */

typedef struct altered {
    const char *key;   /* in the metadata */
    const char *value; /* instead of what was there; NULL: it is not there */
    const char *part;  /* of the sentence */
} altered;

static json_t *metadata_of(const char *path)
{
    lnt_st_file *file;
    OK(lnt_st_open(&file, path, NULL, &error));
    json_t *metadata = metadata_json(file);
    lnt_st_close(file);
    return metadata;
}

/* Without tensors, so that their checksums fit whatever they say. */
static void write_altered(const char *path, json_t *metadata, const altered *a)
{
    lnt_checksum sum;
    if (a->value != NULL) {
        (void) json_object_set_new(metadata, a->key, json_string(a->value));
    } else {
        (void) json_object_del(metadata, a->key);
    }
    if (strcmp(a->key, LNT_CHECKPOINT_CHECKSUM_KEY) != 0) {
        OK(lnt_checkpoint_json_checksum(metadata, &sum));
        (void) json_object_set_new(metadata, LNT_CHECKPOINT_CHECKSUM_KEY, json_string(sum.text));
    }
    OK(lnt_st_write(path, NULL, 0, metadata, &error));
    json_decref(metadata);
}

Test(checkpoint_files, metadata_that_is_refused)
{
    static const altered cases[] = {
        {LNT_CHECKPOINT_FORMAT_KEY, NULL, "but not a checkpoint of linnet"},
        {LNT_CHECKPOINT_FORMAT_KEY, "7", "made by linnet 0.1.0, in format 7; this library"},
        {LNT_CHECKPOINT_VERSION_KEY, NULL, "does not say what made it"},
        {LNT_CHECKPOINT_CORE_KEY, NULL, "does not say what made it"},
        {LNT_CHECKPOINT_CHECKSUMS_KEY, NULL, "has no checksums"},
        {LNT_CHECKPOINT_CHECKSUMS_KEY, "{", LNT_CHECKPOINT_CHECKSUMS_KEY},
        {LNT_CHECKPOINT_CHECKSUM_KEY, NULL, "was altered: the checksum does not match"},
        {LNT_CHECKPOINT_CHECKSUM_KEY, "0000000000000000", "was altered"}};
    const char *path = in_folder("checkpoint");
    lnt_checkpoint *checkpoint;
    OK(lnt_checkpoint_write(path, &(lnt_checkpoint_content){.n_items = 0}, &error));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *other = strdup(in_folder("altered"));
        write_altered(other, metadata_of(path), &cases[i]);
        FAILS(LNT_ERR_FORMAT, lnt_checkpoint_open(&checkpoint, other, NULL, &error));
        cr_assert_null(checkpoint);
        says(cases[i].part);
        free(other);
    }
}

/* One tensor of that kind, with its right checksum or with another. */
static void tensor_is_refused(lnt_st_dtype dtype, size_t rank, bool right, const char *part)
{
    static const char data[64];
    const size_t shape[] = {2, 2, 1};
    const lnt_st_item item = {{"values", dtype, rank, shape}, data};
    const char *path = in_folder("checkpoint");
    OK(lnt_checkpoint_write(path, &(lnt_checkpoint_content){.n_items = 0}, &error));
    json_t *metadata = metadata_of(path);
    lnt_checkpoint *checkpoint;
    size_t size;
    lnt_checksum sum;
    char text[64];
    OK(lnt_st_tensor_bytes(&item.tensor, &size));
    OK(lnt_checksum_of(&(lnt_checksum_part){data, size, 1}, 1, &sum));
    snprintf(text, sizeof text, "{\"%s\":\"%s\"}", right ? "values" : "others", sum.text);
    (void) json_object_set_new(metadata, LNT_CHECKPOINT_CHECKSUMS_KEY, json_string(text));
    OK(lnt_checkpoint_json_checksum(metadata, &sum));
    (void) json_object_set_new(metadata, LNT_CHECKPOINT_CHECKSUM_KEY, json_string(sum.text));
    OK(lnt_st_write(path, &item, 1, metadata, &error));
    json_decref(metadata);
    FAILS(LNT_ERR_FORMAT, lnt_checkpoint_open(&checkpoint, path, NULL, &error));
    says(part);
}

Test(checkpoint_files, tensors_that_are_refused)
{
    tensor_is_refused(LNT_ST_F16, 2, true, "tensor 'values': expected a matrix of F32 or F64");
    tensor_is_refused(LNT_ST_F64, 1, true, "expected a matrix");
    tensor_is_refused(LNT_ST_F32, 3, true, "expected a matrix");
    tensor_is_refused(LNT_ST_F32, 2, false, "tensor 'values' was altered");
}

/* --- folders --- */

Test(checkpoint_files, folders_that_are_refused)
{
    const lnt_checkpoint_content content = {.n_items = 0};
    lnt_checkpoint_folder *folder = NULL, *second = NULL;
    lnt_checkpoint *checkpoint = NULL;
    uint64_t number;
    char *path = strdup(in_folder("run"));
    FAILS(LNT_ERR_INVALID, lnt_checkpoint_folder_open(&folder, path, 1, NULL, &error));
    says("expected at least 2, found 1");
    FAILS(LNT_ERR_INVALID, lnt_checkpoint_folder_open(&folder, "", 2, NULL, &error));
    says("its path is empty");
    OK(lnt_checkpoint_write(path, &content, &error)); /* a file of that name */
    FAILS(LNT_ERR_IO, lnt_checkpoint_folder_open(&folder, path, 2, NULL, &error));
    says("expected a folder, found a file");
    assert_eq(unlink(path), 0);

    failing memory = {.calls = 0};
    const lnt_allocator allocator = failing_allocator(&memory);
    memory.fail_at = 1;
    FAILS(LNT_ERR_MEMORY, lnt_checkpoint_folder_open(&folder, path, 2, &allocator, &error));
    memory.fail_at = 0;
    OK(lnt_checkpoint_folder_open(&folder, path, 2, &allocator, &error));
    FAILS(LNT_ERR_BUSY, lnt_checkpoint_folder_open(&second, path, 2, NULL, &error));
    says("another run has this folder of checkpoints open");
    FAILS(LNT_ERR_TOO_LARGE, lnt_checkpoint_folder_save(folder, 1000000000000, &content, &error));
    OK(lnt_checkpoint_folder_save(folder, 999999999999, &content, &error));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_folder_newest(folder, NULL, &number, NULL, &error));
    FAILS(LNT_ERR_NULL, lnt_checkpoint_folder_newest(folder, &checkpoint, NULL, NULL, &error));
    OK(lnt_checkpoint_folder_newest(folder, &checkpoint, &number, NULL, &error));
    cr_assert_not_null(checkpoint);
    assert_eq(number, 999999999999);
    lnt_checkpoint_close(checkpoint);
    lnt_checkpoint_folder_close(folder);
    assert_eq(memory.live, 0);
    free(path);
}

/* Files whose names are not quite those of checkpoints are left alone. */
Test(checkpoint_files, other_names_are_no_checkpoints)
{
    static const char *const names[] = {"checkpoint-",
                                        "checkpoint-x",
                                        "checkpoint-:",
                                        "checkpoint-1.safetensors",
                                        "checkpoint-0000000000001.safetensors",
                                        "checkpoint-9999999999999.safetensors",
                                        "checkpoint-000000000001.safetensors.bad"};
    lnt_checkpoint_folder *folder;
    lnt_checkpoint *checkpoint;
    uint64_t number;
    OK(lnt_checkpoint_folder_open(&folder, test_folder, 2, NULL, &error));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        OK(lnt_file_write(in_folder(names[i]), "x", 1, &error));
    }
    OK(lnt_checkpoint_folder_newest(folder, &checkpoint, &number, NULL, &error));
    cr_assert_null(checkpoint);
    lnt_checkpoint_folder_close(folder);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_eq(access(in_folder(names[i]), F_OK), 0, "%s", names[i]);
    }
}

/* --- checksums of tensors --- */

Test(checkpoint_files, a_checksum_is_of_the_numbers_whatever_the_strides)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_I32; dtype++) {
        lnt_tensor x = matrix(dtype, 3, 1500); /* more than the buffer of a row */
        char expected[LNT_CHECKSUM_LENGTH], sum[LNT_CHECKSUM_LENGTH];
        for (size_t i = 0; i < 4500; i++) {
            OK(lnt_tensor_set(&x, i / 1500, i % 1500, (double) (i * i % 7919)));
        }
        lnt_checksum of_bytes;
        const size_t size = lnt_dtype_size(dtype);
        OK(lnt_checksum_of(&(lnt_checksum_part){x.data, 4500 * size, size}, 1, &of_bytes));
        OK(lnt_tensor_checksum(&x, expected));
        assert_str_eq(expected, of_bytes.text);
        for (layout how = 0; how < N_LAYOUTS; how++) {
            const lnt_tensor y = laid_out(how, &x);
            OK(lnt_tensor_checksum(&y, sum));
            assert_str_eq(sum, expected, "dtype %d, layout %d", (int) dtype, (int) how);
        }
        OK(lnt_tensor_set(&x, 2, 1499, 3));
        OK(lnt_tensor_checksum(&x, sum));
        assert_str_ne(sum, expected);
        x.dtype = (lnt_dtype) 9;
        FAILS(LNT_ERR_DTYPE, lnt_tensor_checksum(&x, sum));
    }
}
