/* SPDX-License-Identifier: MIT */
/*
 * For check_lbfgs.py: runs L-BFGS on a net of dense layers until the loss is at most GOAL, and
 * prints steps, evaluations and the last loss.
 *
 *     check_lbfgs FOLDER ROWS LOSS GOAL SIZE...
 *
 * FOLDER has raw doubles: x [ROWS, first size], y [ROWS, last size], or with LOSS
 * softmax_cross_entropy classes [ROWS, 1], w, all parameters. Hidden layers have tanh.
 */
#include <linnet/linnet.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_SIZES = 8, MOST_STEPS = 5000 };

#define OK(call)                                                                                   \
    do {                                                                                           \
        const lnt_status ok_status = (call);                                                       \
        if (ok_status != LNT_OK) {                                                                 \
            fprintf(stderr, "%s: %s\n", #call, lnt_status_name(ok_status));                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static double *read_numbers(const char *folder, const char *name, size_t count)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    double *numbers = malloc(count * sizeof *numbers);
    if (file == NULL || numbers == NULL || fread(numbers, sizeof *numbers, count, file) != count) {
        perror(path);
        exit(1);
    }
    fclose(file);
    return numbers;
}

static void run(lnt_net *net, const lnt_tensor *x, const lnt_tensor *y, const lnt_loss *loss,
                double goal)
{
    const lnt_optim_config config = lnt_optim_defaults(LNT_LBFGS);
    lnt_pass_config pass_config = lnt_pass_defaults();
    lnt_pass *pass = NULL;
    lnt_optim *optim = NULL;
    pass_config.max_rows = x->rows;
    OK(lnt_pass_create(&pass, net, &pass_config));
    OK(lnt_optim_create(&optim, net, &config));
    lnt_optim_batch batch = {.x = x, .target = y, .loss = loss, .full_batch = true};
    lnt_optim_outcome outcome = {0};
    size_t evaluations = 1;
    OK(lnt_pass_forward_backward(pass, net, x, loss, y, NULL, &batch.value));
    while (batch.value > goal && !outcome.stalled && lnt_optim_steps(optim) < MOST_STEPS) {
        OK(lnt_optim_step_batch(optim, net, pass, &batch, &outcome));
        batch.value = outcome.value;
        evaluations += outcome.evaluations;
    }
    printf("%zu %zu %.17g\n", lnt_optim_steps(optim), evaluations, batch.value);
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
}

int main(int argc, char **argv)
{
    if (argc < 7 || argc > 5 + MAX_SIZES) {
        fprintf(stderr, "usage: check_lbfgs FOLDER ROWS LOSS GOAL SIZE...\n");
        return 2;
    }
    const size_t n_layers = (size_t) argc - 6, rows = strtoul(argv[2], NULL, 10);
    lnt_layer layers[MAX_SIZES];
    lnt_loss_kind kind;
    OK(lnt_loss_find(argv[3], &kind));
    const lnt_loss loss = lnt_loss_defaults(kind, LNT_MEAN);
    for (size_t l = 0; l < n_layers; l++) {
        layers[l] =
            lnt_dense(strtoul(argv[6 + l], NULL, 10), l + 1 < n_layers ? LNT_TANH : LNT_IDENTITY);
    }
    const lnt_net_config config = {.dtype = LNT_F64,
                                   .inputs = strtoul(argv[5], NULL, 10),
                                   .layers = layers,
                                   .n_layers = n_layers};
    lnt_net *net = NULL;
    OK(lnt_net_create(&net, &config));
    const bool labels = kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
    const size_t cols = labels ? 1 : lnt_net_outputs(net);
    double *x = read_numbers(argv[1], "x", rows * config.inputs);
    double *y = read_numbers(argv[1], "y", rows * cols);
    double *w = read_numbers(argv[1], "w", lnt_net_n_parameters(net));
    int32_t *classes = malloc(rows * sizeof *classes);
    for (size_t i = 0; i < rows && labels; i++) {
        classes[i] = (int32_t) y[i];
    }
    const lnt_tensor input = lnt_tensor_f64(x, rows, config.inputs);
    const lnt_tensor target =
        labels ? lnt_tensor_i32(classes, rows, 1) : lnt_tensor_f64(y, rows, cols);
    const lnt_tensor from = lnt_tensor_f64(w, 1, lnt_net_n_parameters(net));
    lnt_tensor parameters = lnt_net_parameters(net);
    OK(lnt_copy(&from, &parameters));
    run(net, &input, &target, &loss, strtod(argv[4], NULL));
    free(x);
    free(y);
    free(w);
    free(classes);
    lnt_net_destroy(net);
    return 0;
}
