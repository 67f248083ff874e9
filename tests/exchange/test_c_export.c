/* SPDX-License-Identifier: MIT */
/* What cannot be exported as C source, and what is said; the source itself: exchange/. */
#include "support/file.h"
#include "support/net.h"

#include <locale.h>

TestSuite(c_export, .init = make_test_folder, .fini = remove_test_folder);

static lnt_model small_model(lnt_dtype dtype)
{
    const lnt_layer layers[] = {lnt_dense(3, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = dtype, .inputs = 2, .layers = layers, .n_layers = 2, .seed = 7};
    lnt_model model = lnt_model_init();
    OK(lnt_net_create(&model.net, &config));
    return model;
}

static void refuses(const lnt_model *model, const char *path, lnt_c_options options,
                    lnt_status status, const char *part)
{
    lnt_error error = {LNT_OK, ""};
    FAILS(status, lnt_c_export(model, path, &options, &error));
    check_sentence(&error, status, path, part);
    assert_eq(files_in_folder(), 0);
}

Test(c_export, names_that_cannot_be)
{
    static const char *const bad[] = {"",      "9x",   "a b",  "a-b", "_x",      "int",
                                      "class", "main", "tanh", "a*/", "lnt_net", "\xc3\xa9"};
    lnt_model model = small_model(LNT_F32);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        refuses(&model, in_folder("net.c"), (lnt_c_options){.name = bad[i]}, LNT_ERR_INVALID,
                "expected a name that a function can have in C and C++");
    }
    char longer[80];
    memset(longer, 'a', sizeof longer);
    longer[64] = '\0';
    refuses(&model, in_folder("net.c"), (lnt_c_options){.name = longer}, LNT_ERR_INVALID,
            "at most 63");
    longer[63] = '\0';
    OK(lnt_c_export(&model, in_folder("net.c"), &(lnt_c_options){.name = longer}, NULL));
    lnt_model_finish(&model);
}

Test(c_export, paths_that_cannot_be)
{
    lnt_model model = small_model(LNT_F32);
    const lnt_c_options none = {.name = NULL};
    refuses(&model, in_folder("net.cc"), none, LNT_ERR_INVALID, "ends in .c");
    refuses(&model, in_folder("c"), none, LNT_ERR_INVALID, "ends in .c");
    refuses(&model, in_folder("a\"b.c"), none, LNT_ERR_INVALID, "the source contains it");
    refuses(&model, in_folder("no/net.c"), none, LNT_ERR_IO, "cannot open its folder");
    lnt_model_finish(&model);
}

static void has(const char *path, const char *part)
{
    bytes b = read_bytes(path);
    b.data[b.size] = '\0';
    assert_contains((char *) b.data, part, "%s has no '%s'", path, part);
    free(b.data);
}

Test(c_export, names_from_files)
{
    static const char *const files[][2] = {{"my-net.2.c", "void my_net_2("},
                                           {"int.c", "void int_net("},
                                           {"9.c", "void n9("},
                                           {".c", "void n("},
                                           {"_a.c", "void n_a("}};
    lnt_model model = small_model(LNT_F64);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        OK(lnt_c_export(&model, in_folder(files[i][0]), NULL, NULL));
        has(in_folder(files[i][0]), files[i][1]);
    }
    has(in_folder("my-net.2.c"), "#include \"my-net.2.h\"");
    has(in_folder("my-net.2.h"), "void my_net_2(const double *x, double *y);");
    lnt_model_finish(&model);
}

Test(c_export, numbers_that_cannot_be)
{
    lnt_model model = small_model(LNT_F64);
    lnt_tensor parameters = lnt_net_parameters(model.net);
    OK(lnt_tensor_set(&parameters, 0, 2, 1e300));
    refuses(&model, in_folder("net.c"), (lnt_c_options){.dtype = LNT_F32}, LNT_ERR_NONFINITE,
            "a parameter of the model, 3 of 13, is not finite as f32");
    OK(lnt_c_export(&model, in_folder("net.c"), NULL, NULL));
    remove(in_folder("net.c"));
    remove(in_folder("net.h"));
    OK(lnt_tensor_set(&parameters, 0, 2, (double) NAN));
    refuses(&model, in_folder("net.c"), (lnt_c_options){.dtype = LNT_F64}, LNT_ERR_NONFINITE,
            "is not finite as f64");
    refuses(&model, in_folder("net.c"), (lnt_c_options){.dtype = LNT_I32}, LNT_ERR_DTYPE,
            "expected dtype f32 or f64");
    lnt_model_finish(&model);
}

Test(c_export, cases_that_cannot_be)
{
    lnt_model model = small_model(LNT_F32);
    lnt_tensor cases = matrix(LNT_F32, 3, 3);
    refuses(&model, in_folder("net.c"), (lnt_c_options){.cases = &cases}, LNT_ERR_SHAPE,
            "cases are [3, 3], expected [1 or more, 2]");
    cases.cols = 2;
    OK(lnt_tensor_set(&cases, 1, 1, (double) INFINITY));
    refuses(&model, in_folder("net.c"), (lnt_c_options){.cases = &cases}, LNT_ERR_NONFINITE,
            "a case has a number that is not finite");
    FAILS(LNT_ERR_NULL, lnt_c_export(NULL, "x.c", NULL, NULL));
    lnt_model_finish(&model);
}

Test(c_export, the_same_bytes_in_any_locale)
{
    lnt_model model = small_model(LNT_F32);
    OK(lnt_c_export(&model, in_folder("net.c"), NULL, NULL));
    const bytes plain = read_bytes(in_folder("net.c"));
    if (setlocale(LC_ALL, "de_DE.UTF-8") != NULL) {
        OK(lnt_c_export(&model, in_folder("net.c"), NULL, NULL));
        const bytes other = read_bytes(in_folder("net.c"));
        assert_eq(plain.size, other.size);
        assert_bytes_eq(plain.data, other.data, plain.size);
        free(other.data);
    }
    free(plain.data);
    lnt_model_finish(&model);
}
