/* SPDX-License-Identifier: MIT */
/* Archives of arrays, with right checksums of their own, that are no model of this library. */
#include "exchange/npz/model.h"
#include "support/file.h"
#include "support/net.h"

#include <zip.h>

TestSuite(npz_refused, .init = make_test_folder, .fini = remove_test_folder);

typedef struct member {
    const char *name;
    const char *header; /* the dictionary of a .npy file; NULL: `text` is all of it */
    const char *text;   /* the numbers */
    size_t size;
} member;

/* A .npy file of version 1. */
static bytes npy_of(const member *m)
{
    bytes b = {.size = 0};
    const size_t length = m->header != NULL ? strlen(m->header) : 0;
    b.data = malloc(10 + length + m->size);
    cr_assert_not_null(b.data);
    if (m->header != NULL) {
        memcpy(b.data, "\x93NUMPY\x01\x00", 8);
        b.data[8] = (unsigned char) length;
        b.data[9] = (unsigned char) (length >> 8);
        memcpy(b.data + 10, m->header, length);
        b.size = 10 + length;
    }
    memcpy(b.data + b.size, m->text, m->size);
    b.size += m->size;
    return b;
}

static void write_archive(const char *path, const member *members, size_t count)
{
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
    cr_assert_not_null(zip);
    for (size_t i = 0; i < count; i++) {
        const bytes b = npy_of(&members[i]);
        zip_source_t *source = zip_source_buffer(zip, b.data, b.size, 1);
        cr_assert_not_null(source);
        assert_ge(zip_file_add(zip, members[i].name, source, ZIP_FL_ENC_UTF_8), 0, "%s",
                  members[i].name);
    }
    assert_eq(zip_close(zip), 0);
}

static const member plain = {"w.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
                             "\0\0\0\0", 4};

static const struct {
    member member;
    const char *sentence;
} cases[] = {
    {{"a.npy", "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "12345678", 8},
     "array 'a' is in Fortran order; expected C order"},
    {{"a.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2), }", "12345678", 8},
     "array 'a' has a rank that no array of a model has"},
    {{"a.npy", "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }", "12345678", 8},
     "array 'a' is neither of f4 nor of f8"},
    {{"a.npy", "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }", "1", 1},
     "array 'a' is neither of f4 nor of f8"},
    {{"a.npy", "{'descr': '<u4', 'fortran_order': False, 'shape': (1,), }", "1234", 4},
     "array 'a' is neither of f4 nor of f8"},
    {{"a-name-that-is-longer-than-any-of-an-array-of-a-model-of-ours-can-be.npy",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "1234", 4},
     "a name that no array of a model has"},
    {{"w", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "1234", 4},
     "array 'w' occurs twice"},
    {{"a.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }", "1234", 4},
     "array 'a': expected 36 bytes of elements by the header, found 4"},
    {{"a.npy", NULL, "nothing of the kind", 19}, "array 'a'"},
    {{"linnet.json.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "1234", 4},
     "it has no bytes named '" LNT_NPZ_DESCRIPTION "'"},
    {{"linnet.json.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "{]", 2},
     LNT_NPZ_DESCRIPTION},
    {{"linnet.json.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "{}", 2},
     "but not a linnet model: its metadata has no 'linnet.format'"},
};

Test(npz_refused, archives)
{
    const char *path = in_folder("model.npz");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const member members[] = {plain, cases[i].member};
        lnt_model model;
        lnt_error error = {LNT_OK, ""};
        write_archive(path, members, 2);
        const lnt_status status = lnt_npz_import(&model, path, NULL, &error);
        assert_status(status, LNT_ERR_FORMAT, "case %zu: %s", i, lnt_status_name(status));
        cr_assert_null(model.net, "case %zu: %s", i, lnt_status_name(status));
        check_sentence(&error, LNT_ERR_FORMAT, path, cases[i].sentence);
    }
}
