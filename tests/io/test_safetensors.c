/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"
#include "support/file.h"

#include "base/files/file_error.h"
#include "base/files/little_endian.h"
#include "io/checkpoint/file.h"
#include "io/safetensors/safetensors.h"

#include <stdint.h>
#include <time.h>

TestSuite(safetensors, .init = make_test_folder, .fini = remove_test_folder);

/* Writes length, header and `data_bytes` bytes 0, 1, 2, ... */
static const char *make_file(const char *header, size_t header_bytes, size_t data_bytes)
{
    const char *path = in_folder("file.safetensors");
    bytes b = {malloc(8 + header_bytes + data_bytes), 8 + header_bytes + data_bytes};
    cr_assert_not_null(b.data);
    lnt_put_little_endian_u64(header_bytes, b.data);
    memcpy(b.data + 8, header, header_bytes);
    for (size_t i = 0; i < data_bytes; i++) {
        b.data[8 + header_bytes + i] = (unsigned char) i;
    }
    write_bytes(path, b.data, b.size);
    free(b.data);
    return path;
}

static lnt_st_file *open_file(const char *path)
{
    lnt_st_file *file = NULL;
    lnt_error error = {0};
    const lnt_status status = lnt_st_open(&file, path, NULL, &error);
    assert_status(status, LNT_OK, "%s", error.message);
    return file;
}

/* --- reading what is right --- */

Test(safetensors, names_and_sizes_of_all_dtypes)
{
    static const struct {
        const char *name;
        size_t bits;
    } known[] = {{"BOOL", 8},    {"F4", 4},   {"F6_E2M3", 6},     {"F6_E3M2", 6},
                 {"U8", 8},      {"I8", 8},   {"F8_E5M2", 8},     {"F8_E4M3", 8},
                 {"F8_E8M0", 8}, {"I16", 16}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8},
                 {"U16", 16},    {"F16", 16}, {"BF16", 16},       {"I32", 32},
                 {"U32", 32},    {"F32", 32}, {"C64", 64},        {"F64", 64},
                 {"I64", 64},    {"U64", 64}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        lnt_st_dtype dtype;
        assert_status(lnt_st_dtype_find(known[i].name, &dtype), LNT_OK, "%s", known[i].name);
        assert_str_eq(lnt_st_dtype_name(dtype), known[i].name);
        assert_eq(lnt_st_dtype_bits(dtype), known[i].bits);
        /* eight elements fill whole bytes whatever the width */
        char header[128];
        const int length =
            snprintf(header, sizeof header,
                     "{\"x\":{\"dtype\":\"%s\",\"shape\":[8],\"data_offsets\":[0,%zu]}}",
                     known[i].name, known[i].bits);
        lnt_st_file *file = open_file(make_file(header, (size_t) length, known[i].bits));
        assert_eq(lnt_st_at(file, 0)->tensor.dtype, dtype);
        assert_eq(lnt_st_at(file, 0)->bytes, known[i].bits);
        lnt_st_close(file);
    }
    lnt_st_dtype dtype;
    assert_status(lnt_st_dtype_find("f32", &dtype), LNT_ERR_INVALID);
}

#if SIZE_MAX > UINT32_MAX
#define LARGEST "4611686018427387904"
#else
#define LARGEST "1073741824"
#endif

Test(safetensors, scalars_empty_tensors_blanks_and_any_order_are_legal)
{
    static const char header[] =
        "{ \"z\" : {\"data_offsets\":[4,6],\"shape\":[2],\"dtype\":\"U8\"},\n"
        "\"__metadata__\":{\"k\\u00e9\":\"v\",\"\":\"\"},"
        "\"none\":{\"dtype\":\"F64\",\"shape\":[0," LARGEST "],\"data_offsets\":[4,4]},"
        "\"scalar\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
        "\"empty\":{\"dtype\":\"I16\",\"shape\":[3,0],\"data_offsets\":[6,6]}}   \n";
    lnt_st_file *file = open_file(make_file(header, sizeof header - 1, 6));
    static const char *const order[] = {"scalar", "none", "z", "empty"};
    assert_eq(lnt_st_count(file), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_str_eq(lnt_st_at(file, i)->tensor.name, order[i], "%zu", i);
        assert_eq(lnt_st_find(file, order[i]), lnt_st_at(file, i));
    }
    cr_assert_null(lnt_st_at(file, 4));
    cr_assert_null(lnt_st_find(file, "__metadata__"));
    assert_eq(lnt_st_at(file, 0)->tensor.rank, 0);
    assert_eq(lnt_st_at(file, 1)->tensor.shape[0], 0);
    unsigned char z[2];
    lnt_error error;
    assert_status(lnt_st_read(file, lnt_st_find(file, "z"), z, &error), LNT_OK);
    assert_eq(z[0], 4);
    assert_eq(z[1], 5);
    assert_str_eq(lnt_name_map_find(lnt_st_metadata(file), "k\xc3\xa9"), "v");
    lnt_st_close(file);
}

Test(safetensors, no_tensors_and_no_metadata_are_legal)
{
    lnt_st_file *file = open_file(make_file("{}", 2, 0));
    assert_eq(lnt_st_count(file), 0);
    cr_assert_null(lnt_st_at(file, 0));
    cr_assert_null(lnt_st_find(file, "x"));
    cr_assert_null(lnt_st_metadata(file));
    lnt_st_close(file);
    lnt_st_close(NULL);
}

/* --- reading what is wrong --- */

#define F32_2 "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]"
#define U8(from, to, n) "{\"dtype\":\"U8\",\"shape\":[" #n "],\"data_offsets\":[" #from "," #to "]}"

static const struct malformed {
    const char *header;
    size_t data_bytes;
    const char *sentence; /* a part of it */
} malformed[] = {
    {"", 0, "does not start with '{'"},
    {" {}", 0, "does not start with '{'"},
    {"[]", 0, "does not start with '{'"},
    {"{", 0, "header, byte"},
    {"{}}", 0, "header, byte"},
    {"{}x", 0, "header, byte"},
    {"{} {}", 0, "header, byte"},
    {"{\"a\"}", 0, "header, byte"},
    {"{'a':{}}", 0, "header, byte"},
    {"{\"a\":{" F32_2 "},}", 8, "header, byte"},
    {"{\"a\":{" F32_2 "}/**/}", 8, "header, byte"},
    {"{\"a\":{" F32_2 "}", 8, "header, byte"},
    {"{\"a\xff\":{" F32_2 "}}", 8, "header, byte"},
    {"{\"a\xc0\xaf\":{" F32_2 "}}", 8, "header, byte"},
    {"{\"a\xed\xa0\x80\":{" F32_2 "}}", 8, "header, byte"},
    {"{\"a\\ud800\":{" F32_2 "}}", 8, "header, byte"},
    {"{\"a\\u0000\":{" F32_2 "}}", 8, "header, byte"},
    {"{\"a\n\":{" F32_2 "}}", 8, "header, byte"},
    {"{\"a\":{" F32_2 "},\"a\":{" F32_2 "}}", 8, "duplicate"},
    {"{\"a\":{" F32_2 ",\"dtype\":\"F32\"}}", 8, "duplicate"},
    {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "duplicate"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "duplicate"},
    {"{\"a\":[[[[]]]]}", 0, "nested too deeply"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[[2]],\"data_offsets\":[0,8]}}", 8, "nested too deeply"},
    {"{\"__metadata__\":[]}", 0, "expected an object as __metadata__"},
    {"{\"__metadata__\":null}", 0, "expected an object as __metadata__"},
    {"{\"__metadata__\":\"x\"}", 0, "expected an object as __metadata__"},
    {"{\"__metadata__\":{\"key\":1}}", 0, "expected text as 'key'"},
    {"{\"__metadata__\":{\"key\":null}}", 0, "expected text as 'key'"},
    {"{\"__metadata__\":{\"key\":{}}}", 0, "expected text as 'key'"},
    {"{\"a\":null}", 0, "tensor 'a': expected the fields"},
    {"{\"a\":[]}", 0, "tensor 'a': expected the fields"},
    {"{\"a\":{}}", 0, "tensor 'a': expected the fields"},
    {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "expected the fields"},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "expected the fields"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "expected the fields"},
    {"{\"a\":{" F32_2 ",\"more\":1}}", 8, "expected the fields"},
    {"{\"a\":{\"dtype\":\"F128\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "dtype"},
    {"{\"a\":{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "dtype"},
    {"{\"a\":{\"dtype\":1,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "dtype"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, "as shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,8]}}", 8, "as shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}", 8, "as shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[true],\"data_offsets\":[0,8]}}", 8, "as shape"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "not negative"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-0],\"data_offsets\":[0,8]}}", 8, "not negative"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "must be whole"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}}", 8, "must be whole"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0.2E1],\"data_offsets\":[0,8]}}", 8, "must be whole"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]}}", 8, "header, byte"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0x2],\"data_offsets\":[0,8]}}", 8, "header, byte"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[+2],\"data_offsets\":[0,8]}}", 8, "header, byte"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[NaN],\"data_offsets\":[0,8]}}", 8, "header, byte"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775808],\"data_offsets\":[0,8]}}", 8,
     "header, byte"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[18446744073709551618],\"data_offsets\":[0,8]}}", 8,
     "header, byte"},
#if SIZE_MAX > UINT32_MAX
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967298],\"data_offsets\":[0,8]}}", 8,
     "shape is too large"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387906],\"data_offsets\":[0,8]}}", 8,
     "shape is too large"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2305843009213693960],\"data_offsets\":[0,8]}}", 8,
     "shape is too large"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4,0],\"data_offsets\":[0,0]}}", 0,
     "shape is too large"},
#endif
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "takes 12 bytes"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "takes 16 bytes"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,8]}}", 8, "takes 4 bytes"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,8]}}", 8, "takes 0 bytes"},
    {"{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2, "whole bytes"},
    {"{\"a\":{\"dtype\":\"F6_E2M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "whole bytes"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":8}}", 8, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8]}}", 8, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "data_offsets"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[\"0\",8]}}", 8, "data_offsets"},
    {"{\"a\":" U8(0, 4, 4) ",\"b\":" U8(2, 6, 4) "}", 6, "tensor 'b': begins at byte 2"},
    {"{\"a\":" U8(0, 4, 4) ",\"b\":" U8(0, 4, 4) "}", 4, "overlaps"},
    {"{\"a\":" U8(0, 4, 4) ",\"b\":" U8(1, 3, 2) "}", 4, "overlaps"},
    {"{\"a\":" U8(0, 4, 4) ",\"b\":" U8(2, 2, 0) "}", 4, "overlaps"},
    {"{\"a\":" U8(0, 4, 4) ",\"b\":" U8(6, 8, 2) "}", 8, "leaves a gap"},
    {"{\"a\":" U8(2, 4, 2) "}", 4, "leaves a gap"},
    {"{\"a\":" U8(4, 4, 0) "}", 4, "leaves a gap"},
    {"{\"a\":" U8(0, 4, 4) "}", 3, "is cut"},
    {"{\"a\":" U8(0, 4, 4) "}", 0, "is cut"},
#if SIZE_MAX > UINT32_MAX
    {"{\"a\":" U8(0, 9223372036854775807, 9223372036854775807) "}", 4, "shape is too large"},
#endif
    {"{\"a\":" U8(0, 2305843009213693951, 2305843009213693951) "}", 4, "is cut"},
    {"{\"a\":" U8(0, 4, 4) "}", 5, "has surplus bytes"},
    {"{}", 1, "has surplus bytes"},
    {"{\"a\\ud800\\u0041\":{" F32_2 "}}", 8, "surrogate"},
    {"{\"a\\udc00\":{" F32_2 "}}", 8, "surrogate"},
    {"{\"a\\u00g0\":{" F32_2 "}}", 8, "invalid escape"},
    {"{\"a\\x\":{" F32_2 "}}", 8, "invalid escape"},
    {"{\"a\\", 0, "invalid escape"},
    {"{\"a\":tru}", 0, "invalid token"},
    {"{\"a\":[1 2]}", 0, "expected ',' or ']'"},
    {"{\"a\" 1}", 0, "expected ':'"},
    {"{\"__metadat\\u0061__\":{},\"__metadata__\":{}}", 0, "duplicate"},
    {"{\"a\":" U8(0, 0, 0) ",\"\\u0061\":" U8(0, 0, 0) "}", 0, "duplicate"},
    {"{\"line\\nend\":null}", 0, "tensor 'line\\nend'"},
};

/* Whatever is wrong: a sentence, nothing allocated for what the file only claims, nothing left. */
static void refuse(const char *path, lnt_status expected, const char *sentence)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_st_file *file = (lnt_st_file *) (void *) &f;
    lnt_error error = {0};
    const lnt_status status = lnt_st_open(&file, path, &allocator, &error);
    assert_eq(status, expected, "%s: %s", error.message, lnt_status_name(status));
    cr_assert_null(file);
    assert_eq(f.live, 0);
    assert_lt(f.bytes, 16384);
    check_sentence(&error, expected, path, sentence);
    assert_eq(lnt_st_open(&file, path, NULL, NULL), expected);
}

Test(safetensors, malformed_files_are_refused)
{
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        const struct malformed *m = &malformed[i];
        refuse(make_file(m->header, strlen(m->header), m->data_bytes), LNT_ERR_FORMAT, m->sentence);
    }
}

/* Also behind a number, where a parser may overlook it. */
Test(safetensors, zero_byte_in_the_header_is_refused)
{
    static const char right[] = "{\"a\":" U8(0, 4, 4) "}";
    for (size_t place = 1; place < sizeof right; place++) {
        char header[sizeof right];
        memcpy(header, right, place);
        header[place] = '\0';
        memcpy(header + place + 1, right + place, sizeof right - 1 - place);
        refuse(make_file(header, sizeof header, 4), LNT_ERR_FORMAT, "header, byte");
    }
}

Test(safetensors, false_header_lengths_are_refused)
{
    static const uint64_t lengths[] = {3,          4,         100000000,         100000001,
                                       UINT32_MAX, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX - 7,
                                       UINT64_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        unsigned char file[10] = {0, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
        lnt_put_little_endian_u64(lengths[i], file);
        const char *path = in_folder("length");
        write_bytes(path, file, sizeof file);
        refuse(path, LNT_ERR_FORMAT, lengths[i] > 100000000 ? "at most 100000000" : "and 2 follow");
    }
}

Test(safetensors, every_truncation_is_refused)
{
    static const char header[] = "{\"a\":" U8(0, 4, 4) ",\"b\":" U8(4, 8, 4) "}  ";
    const bytes whole = read_bytes(make_file(header, sizeof header - 1, 8));
    const char *path = in_folder("cut");
    for (size_t size = 0; size < whole.size; size++) {
        write_bytes(path, whole.data, size);
        refuse(path, LNT_ERR_FORMAT, NULL);
    }
    free(whole.data);
}

/* Deep nesting must neither exhaust the stack nor take long. */
Test(safetensors, deep_nesting_is_refused)
{
    const size_t depth = 1000000;
    char *header = malloc(depth + 5);
    cr_assert_not_null(header);
    memcpy(header, "{\"a\":", 5);
    memset(header + 5, '[', depth);
    const char *path = make_file(header, depth + 5, 0);
    lnt_st_file *file;
    lnt_error error = {0};
    assert_status(lnt_st_open(&file, path, NULL, &error), LNT_ERR_FORMAT);
    check_sentence(&error, LNT_ERR_FORMAT, path, "nested too deeply");
    free(header);
}

Test(safetensors, what_is_no_readable_file_is_refused)
{
    refuse(in_folder("missing"), LNT_ERR_IO, "cannot open: No such file or directory");
    refuse(in_folder("missing/file"), LNT_ERR_IO, "cannot open");
    refuse(test_folder, LNT_ERR_IO, "found a folder");
    refuse("/dev/null", LNT_ERR_FORMAT, "found a device");
    const char *pipe = in_folder("pipe");
    assert_eq(mkfifo(pipe, 0644), 0); /* opening it must not wait for a writer */
    refuse(pipe, LNT_ERR_FORMAT, "found a device or pipe");
    const char *secret = make_file("{}", 2, 0);
    assert_eq(chmod(secret, 0), 0);
    if (become_nobody()) {
        refuse(secret, LNT_ERR_IO, "cannot open: Permission denied");
        become_oneself();
    }
}

Test(safetensors, file_that_shrinks_after_opening_is_noticed)
{
    const char *path = make_file("{\"a\":" U8(0, 4, 4) "}", strlen("{\"a\":" U8(0, 4, 4) "}"), 4);
    lnt_st_file *file = open_file(path);
    assert_eq(truncate(path, 20), 0);
    unsigned char data[4];
    lnt_error error = {0};
    assert_status(lnt_st_read(file, lnt_st_at(file, 0), data, &error), LNT_ERR_FORMAT);
    check_sentence(&error, LNT_ERR_FORMAT, path, "was truncated while it was read");
    lnt_st_close(file);
}

Test(safetensors, failing_allocations_leave_nothing)
{
    const char *path = make_file("{\"a\":" U8(0, 4, 4) "}", strlen("{\"a\":" U8(0, 4, 4) "}"), 4);
    size_t calls = 0;
    for (size_t n = 1; calls + 1 >= n; n++) {
        failing f = {.fail_at = n};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_st_file *file;
        lnt_error error = {0};
        const lnt_status status = lnt_st_open(&file, path, &allocator, &error);
        calls = f.calls;
        if (calls >= n) {
            assert_status(status, LNT_ERR_MEMORY);
            cr_assert_null(file);
            assert_eq(f.live, 0);
            check_sentence(&error, LNT_ERR_MEMORY, path, "out of memory");
        } else {
            assert_status(status, LNT_OK);
            assert_gt(calls, 2);
            lnt_st_close(file);
            assert_eq(f.live, 0);
        }
    }
}

/* --- files of many names --- */

typedef size_t (*name_writer)(char *to, size_t i);

static size_t write_tensor(char *to, size_t i)
{
    return (size_t) sprintf(
        to, "\"t%zu\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[%zu,%zu]}", i, i, i + 1);
}

static size_t write_extents(char *to, size_t i)
{
    return (size_t) sprintf(
        to,
        "\"%zu\":{\"dtype\":\"U8\",\"shape\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
        "\"data_offsets\":[0,0]}",
        i);
}

static size_t write_text(char *to, size_t i)
{
    return (size_t) sprintf(to, "\"k%zu\":\"v\"", i);
}

/* Opens a file of `count` names; its memory is below five times the file's size. */
static void open_many(const char *begin, name_writer write, size_t count, const char *end,
                      size_t data_bytes)
{
    char *header = malloc(count * 128);
    cr_assert_not_null(header);
    size_t length = (size_t) sprintf(header, "%s", begin);
    for (size_t i = 0; i < count; i++) {
        length += (size_t) sprintf(header + length, "%s", i > 0 ? "," : "");
        length += write(header + length, (i * 7919) % count);
    }
    length += (size_t) sprintf(header + length, "%s", end);
    const char *path = make_file(header, length, data_bytes);
    free(header);
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    lnt_st_file *file;
    lnt_error error = {0};
    const clock_t start = clock();
    assert_status(lnt_st_open(&file, path, &allocator, &error), LNT_OK, "%s", error.message);
    assert_lt(clock() - start, 2 * CLOCKS_PER_SEC, "not in proportion to the file");
    assert_lt(f.bytes, 5 * (8 + length + data_bytes), "%zu bytes for a header of %zu", f.bytes,
              length);
    lnt_st_close(file);
}

Test(safetensors, memory_and_time_go_with_the_bytes_of_the_header)
{
    enum { MANY = 200000 };
    open_many("{", write_tensor, MANY, "}", MANY);
    open_many("{", write_extents, MANY / 10, "}", 0);
    open_many("{\"__metadata__\":{", write_text, MANY, "}}", 0);
}

/* What is refused takes no more than what is read. */
Test(safetensors, many_names_that_are_no_tensors)
{
    enum { MANY = 200000 };
    static const char *const items[] = {"\"\":0", "\"\":{}", "\"\":\"\"", "\"\":[]"};
    for (size_t k = 0; k < sizeof items / sizeof items[0]; k++) {
        char *header = malloc(MANY * 8 + 8);
        cr_assert_not_null(header);
        size_t length = (size_t) sprintf(header, "{");
        for (size_t i = 0; i < MANY; i++) {
            length += (size_t) sprintf(header + length, "%s%s", i > 0 ? "," : "", items[k]);
        }
        length += (size_t) sprintf(header + length, "}");
        const char *path = make_file(header, length, 0);
        free(header);
        failing f = {0};
        const lnt_allocator allocator = failing_allocator(&f);
        lnt_st_file *file;
        assert_status(lnt_st_open(&file, path, &allocator, NULL), LNT_ERR_FORMAT);
        assert_eq(f.live, 0);
        assert_lt(f.bytes, 5 * (8 + length), "%zu bytes for %zu", f.bytes, length);
    }
}

/* Equal hashes aside, a name is found whatever else is there, and nothing else is. */
Test(safetensors, names_are_found_among_many)
{
    enum { MANY = 3000 };
    char *header = malloc(MANY * 128);
    cr_assert_not_null(header);
    size_t length = (size_t) sprintf(header, "{");
    for (size_t i = 0; i < MANY; i++) {
        length += (size_t) sprintf(header + length, "%s", i > 0 ? "," : "");
        length += write_tensor(header + length, (i * 7919) % MANY);
    }
    length += (size_t) sprintf(header + length, "}");
    lnt_st_file *file = open_file(make_file(header, length, MANY));
    free(header);
    for (size_t i = 0; i < MANY; i++) {
        char name[32];
        sprintf(name, "t%zu", i);
        assert_eq(lnt_st_find(file, name), lnt_st_at(file, i));
        assert_eq(lnt_st_at(file, i)->begin, i);
        sprintf(name, "u%zu", i);
        cr_assert_null(lnt_st_find(file, name));
    }
    lnt_st_close(file);
}

Test(safetensors, escapes_of_every_kind_are_decoded)
{
    static const char header[] = "{\"__metadata__\":{\"\\\"\\\\\\/\\b\\f\\n\\r\\t\":"
                                 "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\\u001f\\u007f\"}}";
    lnt_st_file *file = open_file(make_file(header, sizeof header - 1, 0));
    const char *value = lnt_name_map_find(lnt_st_metadata(file), "\"\\/\b\f\n\r\t");
    cr_assert_not_null(value);
    assert_str_eq(value, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x1f\x7f");
    lnt_st_close(file);
}

/* As releases before wrote it: the text is that of jansson's compact and sorted form. */
Test(safetensors, sum_of_a_checkpoints_metadata_is_that_of_one_line_of_json)
{
    static const char line[] =
        "{\"\":\"\",\"a\\\"\\\\/\":\"\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\",\"b\":"
        "\"\xe2\x82\xac\"}";
    lnt_name_item items[4];
    lnt_name_map map = {.items = items};
    lnt_name_map_add(&map, "b", "\xe2\x82\xac");
    lnt_name_map_add(&map, LNT_CHECKPOINT_CHECKSUM_KEY, "not summed");
    lnt_name_map_add(&map, "a\"\\/", "\b\f\n\r\t\x01\x1f\x7f");
    lnt_name_map_add(&map, "", "");
    const lnt_checksum_part part = {line, sizeof line - 1, 1};
    lnt_checksum expected, sum;
    assert_status(lnt_checksum_of(&part, 1, &expected), LNT_OK);
    assert_status(lnt_checkpoint_metadata_checksum(&map, &sum), LNT_OK);
    assert_str_eq(sum.text, expected.text);
}

/* --- writing --- */

#define MAX_RANK 3

static json_t *some_metadata(void)
{
    return json_pack("{s:s,s:s}", "greeting", "gr\xc3\xbc\xc3\x9f \"dich\"\n", "", "");
}

Test(safetensors, what_is_written_is_read)
{
    static const uint8_t u8[3] = {1, 2, 3};
    static const uint16_t f16[2] = {0x3c00, 0xfe01};
    static const float f32[6] = {1, -2, 3, -4, 5, -0.0f};
    static const double f64[2] = {1e-310, 1e300};
    static const size_t shapes[][MAX_RANK] = {{3}, {2}, {2, 3}, {1, 1, 2}, {0, 7}, {0}};
    static const lnt_st_item items[] = {
        {{"u8", LNT_ST_U8, 1, shapes[0]}, u8},           {{"f16", LNT_ST_F16, 1, shapes[1]}, f16},
        {{"f32 \"\\\n", LNT_ST_F32, 2, shapes[2]}, f32}, {{"f64", LNT_ST_F64, 3, shapes[3]}, f64},
        {{"empty", LNT_ST_I64, 2, shapes[4]}, NULL},     {{"", LNT_ST_BOOL, 0, NULL}, u8}};
    const size_t n = sizeof items / sizeof items[0];
    const char *path = in_folder("written");
    lnt_error error;
    json_t *metadata = some_metadata();
    assert_status(lnt_st_write(path, items, n, metadata, &error), LNT_OK, "%s", error.message);
    lnt_st_file *file = open_file(path);
    assert_eq(lnt_st_count(file), n);
    assert_eq(lnt_st_metadata(file)->count, json_object_size(metadata));
    const char *key;
    json_t *value;
    json_object_foreach(metadata, key, value)
    {
        assert_str_eq(lnt_name_map_find(lnt_st_metadata(file), key), json_string_value(value));
    }
    const bytes raw = read_bytes(path);
    const uint64_t header_bytes = lnt_little_endian_u64(raw.data);
    assert_eq(header_bytes % 8, 0);
    for (size_t i = 0; i < n; i++) {
        const lnt_st_entry *entry = lnt_st_find(file, items[i].tensor.name);
        cr_assert_not_null(entry);
        assert_eq(entry->tensor.dtype, items[i].tensor.dtype);
        assert_eq(entry->tensor.rank, items[i].tensor.rank);
        for (size_t d = 0; d < entry->tensor.rank; d++) {
            assert_eq(entry->tensor.shape[d], items[i].tensor.shape[d]);
        }
        assert_eq(entry->begin % lnt_st_dtype_word(entry->tensor.dtype), 0, "not aligned");
        unsigned char data[64];
        assert_status(lnt_st_read(file, entry, data, &error), LNT_OK);
        if (entry->bytes != 0) {
            assert_bytes_eq(data, items[i].data, entry->bytes);
        }
    }
    /* Little-endian in the file, whatever the host: 1.0 in half precision is 00 3c. */
    const unsigned char *one = raw.data + 8 + header_bytes + lnt_st_find(file, "f16")->begin;
    assert_eq(one[0], 0x00);
    assert_eq(one[1], 0x3c);
    lnt_st_close(file);
    json_decref(metadata);
    free(raw.data);
}

Test(safetensors, what_cannot_be_named_or_measured_is_not_written)
{
    static const size_t two[] = {2}, huge[] = {SIZE_MAX / 2, 3}, odd[] = {3};
    static const uint8_t data[2];
    static const struct {
        lnt_st_item items[2];
        lnt_status status;
        const char *sentence;
    } cases[] = {
        {{{{"a", LNT_ST_U8, 1, two}, data}, {{"a", LNT_ST_I8, 1, two}, data}},
         LNT_ERR_INVALID,
         "name is taken"},
        {{{{"a", LNT_ST_U8, 1, two}, data}, {{"__metadata__", LNT_ST_I8, 1, two}, data}},
         LNT_ERR_INVALID,
         "name is taken"},
        {{{{"a", LNT_ST_U8, 1, two}, data}, {{"\xe9", LNT_ST_I8, 1, two}, data}},
         LNT_ERR_INVALID,
         "not UTF-8"},
        {{{{"a", LNT_ST_U8, 1, two}, data}, {{"b", LNT_ST_I8, 2, huge}, data}},
         LNT_ERR_TOO_LARGE,
         "does not fit"},
        {{{{"a", LNT_ST_U8, 1, two}, data}, {{"b", LNT_ST_F4, 1, odd}, data}},
         LNT_ERR_INVALID,
         "does not fit"},
    };
    const char *path = in_folder("none");
    json_t *metadata = some_metadata();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lnt_error error = {0};
        assert_eq(lnt_st_write(path, cases[i].items, 2, metadata, &error), cases[i].status);
        check_sentence(&error, cases[i].status, path, cases[i].sentence);
        assert_eq(files_in_folder(), 0);
    }
    json_decref(metadata);
}

/* --- byte order --- */

typedef struct collected {
    unsigned char data[3 * 8192];
    size_t bytes;
    size_t stop_after;
} collected;

static lnt_status collect(void *context, const void *chunk, size_t n)
{
    collected *c = context;
    memcpy(c->data + c->bytes, chunk, n);
    c->bytes += n;
    return c->bytes > c->stop_after ? LNT_ERR_IO : LNT_OK;
}

/* The path of a big-endian host, which a little-endian one does not take by itself. */
Test(safetensors, words_are_reversed_in_chunks)
{
    static unsigned char data[3 * 8192 - 8];
    static collected there, back;
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char) (i * 7 + i / 256);
    }
    for (size_t word = 1; word <= 8; word *= 2) {
        there.bytes = back.bytes = 0;
        there.stop_after = back.stop_after = SIZE_MAX;
        assert_status(lnt_each_chunk(data, sizeof data, word, true, collect, &there), LNT_OK);
        assert_eq(there.bytes, sizeof data);
        for (size_t i = 0; i < sizeof data; i++) {
            assert_eq(there.data[i], data[i / word * word + (word - 1 - i % word)]);
        }
        lnt_swap_words(there.data, there.bytes, word);
        assert_bytes_eq(there.data, data, sizeof data);
        assert_status(lnt_each_chunk(data, sizeof data, word, false, collect, &back), LNT_OK);
        assert_bytes_eq(back.data, data, sizeof data);
    }
    there.bytes = there.stop_after = 0;
    assert_status(lnt_each_chunk(data, sizeof data, 4, true, collect, &there), LNT_ERR_IO);
    assert_lt(there.bytes, sizeof data, "a failing sink ends the walk");
}

/* --- sentences --- */

Test(safetensors, sentences_survive_long_paths_and_wild_names)
{
    char path[1000];
    for (size_t i = 0; i + 2 < sizeof path; i += 2) {
        memcpy(path + i, "\xc3\xa9", 3);
    }
    lnt_error error = {0};
    assert_status(lnt_file_fail(&error, LNT_ERR_FORMAT, path, "said %d", 7), LNT_ERR_FORMAT);
    const char *message = error.message;
    cr_assert(strncmp(message, "...\xc3\xa9", 5) == 0, "cut at a character");
    assert_lt(strlen(message), 300);
    assert_contains(message, ": said 7");
    path[996] = 'x'; /* now the cut falls inside a character */
    path[997] = '\0';
    assert_status(lnt_file_fail(&error, LNT_ERR_IO, path, "said %d", 8), LNT_ERR_IO);
    cr_assert(strncmp(message, "...\xc3\xa9", 5) == 0);
    assert_contains(message, "x: said 8");

    const lnt_excerpt wild = lnt_excerpt_of("a\n\x7f\x1b[0m");
    assert_str_eq(wild.text, "a\\n\\x7f\\x1b[0m");
    const lnt_excerpt cut = lnt_excerpt_of(path);
    assert_eq(strlen(cut.text), 60 + 3);
    assert_str_eq(cut.text + 58, "\xc3\xa9...");
    path[0] = 'x';
    memmove(path + 1, path + 2, 900);
    const lnt_excerpt shorter = lnt_excerpt_of(path);
    assert_str_eq(shorter.text + 57, "\xc3\xa9...", "%s", shorter.text);
}
