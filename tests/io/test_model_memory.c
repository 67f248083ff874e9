/* SPDX-License-Identifier: MIT */
#include "support/model.h"

#include <jansson.h>

TestSuite(model_memory, .init = make_test_folder, .fini = remove_test_folder);

static lnt_status load_model(const char *path, const lnt_allocator *allocator)
{
    lnt_model model;
    lnt_error error = {0};
    const lnt_status status = lnt_model_load(&model, path, allocator, &error);
    cr_assert((status == LNT_OK) == !is_empty(&model));
    if (status != LNT_OK) {
        check_sentence(&error, status, path, "out of memory");
    }
    lnt_model_finish(&model);
    return status;
}

static lnt_status load_net(const char *path, const lnt_allocator *allocator)
{
    lnt_net *net;
    lnt_error error = {0};
    const lnt_status status = lnt_net_load(&net, path, allocator, &error);
    cr_assert((status == LNT_OK) == (net != NULL));
    if (status != LNT_OK) {
        check_sentence(&error, status, path, "out of memory");
    }
    lnt_net_destroy(net);
    return status;
}

static void fail_each_allocation(lnt_status (*try)(const char *, const lnt_allocator *),
                                 bool for_ever)
{
    lnt_model model = weighted_classifier(NULL);
    const char *path = in_folder("model");
    save(&model, path);
    lnt_model_finish(&model);
    size_t calls = 1;
    for (size_t n = 1; n <= calls; n++) {
        failing f = {.fail_at = n, .for_ever = for_ever};
        const lnt_allocator allocator = failing_allocator(&f);
        const lnt_status status = try(path, &allocator);
        cr_assert(f.live == 0, "%zu blocks lost at call %zu", f.live, n);
        cr_assert(status == (f.calls < n ? LNT_OK : LNT_ERR_MEMORY), "call %zu: %s", n,
                  lnt_status_name(status));
        calls = f.calls < n ? 0 : n + 1;
        cr_assert(n < 100 && (calls > 0 || n > 5));
    }
}

Test(model_memory, each_failing_allocation_is_survived)
{
    fail_each_allocation(load_model, false);
    fail_each_allocation(load_model, true);
    fail_each_allocation(load_net, false);
    fail_each_allocation(load_net, true);
}

/* The JSON library takes its memory from malloc: here from one that counts and fails. */
static failing json_memory;

static void *json_malloc(size_t size)
{
    return failing_alloc(&json_memory, (size + 63) / 64 * 64, 64);
}

static void json_free(void *block)
{
    if (block != NULL) {
        failing_free(&json_memory, block);
    }
}

/* A lack of memory may look like a fault in the text, but never like success. */
static lnt_status load_without_json_memory(const char *path)
{
    lnt_model model;
    lnt_error error = {0};
    const lnt_status status = lnt_model_load(&model, path, NULL, &error);
    cr_assert((status == LNT_OK) == !is_empty(&model));
    if (status != LNT_OK) {
        check_sentence(&error, status, path, NULL);
    }
    lnt_model_finish(&model);
    return status == LNT_ERR_FORMAT ? LNT_ERR_MEMORY : status;
}

Test(model_memory, json_without_memory_is_survived)
{
    lnt_model model = weighted_classifier(NULL);
    const char *path = in_folder("model"), *other = in_folder("other");
    save(&model, path);
    json_set_alloc_funcs(json_malloc, json_free);
    for (int loading = 0; loading < 2; loading++) {
        bool failed = true;
        for (size_t n = 1; failed; n++) {
            json_memory = (failing){.fail_at = n, .for_ever = true};
            const lnt_status status =
                loading ? load_without_json_memory(path) : lnt_model_save(&model, other, NULL);
            failed = json_memory.calls >= n;
            cr_assert(json_memory.live == 0, "%zu blocks lost at call %zu", json_memory.live, n);
            cr_assert(status == (failed ? LNT_ERR_MEMORY : LNT_OK), "%d, call %zu: %s", loading, n,
                      lnt_status_name(status));
            cr_assert(files_in_folder() == (failed && !loading ? 1 : 2));
            cr_assert(failed || n > 100);
        }
    }
    lnt_model_finish(&model);
}
