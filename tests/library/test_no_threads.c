/* SPDX-License-Identifier: MIT */
/* A process that gets no more threads: what needs some says so, and leaves nothing behind. */
#define _GNU_SOURCE /* pthread_setattr_default_np */
#include "support/failing_allocator.h"
#include "support/file.h"
#include "support/fit.h"

#include <pthread.h>

TestSuite(no_threads, .init = make_test_folder, .fini = remove_test_folder);

/* From here on a thread would need a stack that no address space has. */
static void refuse_threads(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    cr_assert(pthread_attr_init(&attributes) == 0);
    cr_assert(pthread_attr_setstacksize(&attributes, (size_t) 1 << 47u) == 0);
    cr_assert(pthread_setattr_default_np(&attributes) == 0);
    cr_assert(pthread_create(&thread, NULL, (void *(*) (void *) ) abort, NULL) != 0,
              "there are threads all the same");
}

static lnt_pass_config two_threads(const lnt_allocator *allocator)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.threads = 2;
    config.oversubscribe = true;
    config.allocator = allocator;
    return config;
}

Test(no_threads, a_pass)
{
    failing memory = {.calls = 0};
    const lnt_allocator allocator = failing_allocator(&memory);
    const lnt_pass_config config = two_threads(&allocator);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_pass *pass = NULL;
    OK(lnt_pass_create(&pass, net, &config));
    cr_assert(memory.live == 2); /* the pass and its team */
    lnt_pass_destroy(pass);
    cr_assert(memory.live == 0 && memory.calls == 2);
    refuse_threads();
    FAILS(LNT_ERR_THREADS, lnt_pass_create(&pass, net, &config));
    cr_assert(pass == NULL && memory.live == 0);
    lnt_net_destroy(net);
}

Test(no_threads, no_memory_for_a_team)
{
    failing memory = {.fail_at = 2};
    const lnt_allocator allocator = failing_allocator(&memory);
    const lnt_pass_config config = two_threads(&allocator);
    lnt_net *net = make_net(LNT_F64, 1);
    lnt_pass *pass = NULL;
    FAILS(LNT_ERR_MEMORY, lnt_pass_create(&pass, net, &config));
    cr_assert(pass == NULL && memory.live == 0);
    lnt_net_destroy(net);
}

Test(no_threads, checkpoints)
{
    lnt_tensor x, y;
    lnt_error error = {LNT_OK, ""};
    lnt_fit_config config = settings();
    lnt_net *net = make_net(LNT_F64, 1);
    const lnt_tensor parameters = lnt_net_parameters(net), before = copy_of(LNT_F64, &parameters);
    regression(LNT_F64, &x, &y);
    config.checkpoint.directory = in_folder("run");
    refuse_threads();
    FAILS(LNT_ERR_THREADS, lnt_fit(net, &x, &y, &config, NULL, &error));
    cr_assert(error.message[0] != '\0');
    cr_assert(same_bits(&parameters, &before));
    lnt_net_destroy(net);
}
