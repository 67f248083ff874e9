/* SPDX-License-Identifier: MIT */
#include <linnet/linnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Checkpoints that one thread writes while another trains. A plain program, since the thread
 * sanitizer does not work under Criterion.
 */

enum { ROWS = 400, INPUTS = 5, PARAMETERS = 64 * INPUTS + 64 + 64 + 1 };

static float x[ROWS * INPUTS], y[ROWS];

/* What a run leaves; `folder` NULL: without checkpoints. */
static lnt_status train(const char *folder, size_t most_steps, bool resume, uint64_t seed,
                        float parameters[PARAMETERS])
{
    const lnt_layer layers[] = {lnt_dense(64, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config net_config = {LNT_F32, INPUTS, layers, 2, seed, NULL};
    const lnt_tensor inputs = lnt_tensor_f32(x, ROWS, INPUTS), targets = lnt_tensor_f32(y, ROWS, 1);
    lnt_fit_config config = lnt_fit_defaults();
    config.epochs = 5;
    config.batch_rows = 8;
    config.max_steps = most_steps;
    config.checkpoint.directory = folder;
    config.checkpoint.every_steps = 1;
    config.checkpoint.resume = resume;
    lnt_net *net = NULL;
    lnt_error error = {LNT_OK, ""};
    lnt_status status = lnt_net_create(&net, &net_config);
    if (status == LNT_OK) {
        status = lnt_fit(net, &inputs, &targets, &config, NULL, &error);
    }
    if (status == LNT_OK) {
        const lnt_tensor all = lnt_net_parameters(net);
        memcpy(parameters, all.data, PARAMETERS * sizeof(float));
    } else {
        printf("# %s\n", error.message);
    }
    lnt_net_destroy(net);
    return status;
}

static void report(bool good, int number, const char *what)
{
    printf("%sok %d - %s\n", good ? "" : "not ", number, what);
}

int main(void)
{
    char root[] = "/tmp/linnet-checkpoints-XXXXXX", folder[64], command[96];
    static float whole[PARAMETERS], rest[PARAMETERS];
    lnt_random random = lnt_random_init(1, 1);
    if (mkdtemp(root) == NULL) {
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        x[i] = (float) lnt_random_normal(&random);
    }
    for (size_t i = 0; i < ROWS; i++) {
        y[i] = x[i * INPUTS] * x[i * INPUTS + 1];
    }
    puts("1..2");
    bool good = train(NULL, 0, false, 1, whole) == LNT_OK;
    snprintf(folder, sizeof folder, "%s/a", root);
    report(good && train(folder, 0, false, 1, rest) == LNT_OK &&
               memcmp(whole, rest, sizeof whole) == 0,
           1, "checkpoints change nothing in a run");
    snprintf(folder, sizeof folder, "%s/b", root);
    for (size_t steps = 10; steps < 250; steps += 30) {
        good = good && train(folder, steps, true, steps == 10 ? 1 : 2, rest) == LNT_OK;
    }
    report(good && train(folder, 0, true, 2, rest) == LNT_OK &&
               memcmp(whole, rest, sizeof whole) == 0,
           2, "a run that is stopped while checkpoints are written goes on");
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
