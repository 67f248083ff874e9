/* SPDX-License-Identifier: MIT */
/*
 * The tutorial: MLP(8, 16, 3, 5), trained by a loop of one's own.
 *
 *     tutorial [DATA]
 *
 * DATA holds the random numbers that tutorial.py drew: both then print the same losses.
 */
#include <linnet/linnet.h>
#include <stdio.h>

enum { INPUT = 8, HIDDEN = 16, OUTPUT = 3, LAYERS = 5, BATCH = 2, STEPS = 50 };

static lnt_status create(lnt_net **net, lnt_pass **pass, lnt_optim **sgd)
{
    lnt_layer layers[LAYERS];
    lnt_net_config config = lnt_net_defaults();
    config.dtype = LNT_F64;
    LNT_TRY(lnt_mlp(INPUT, HIDDEN, OUTPUT, LAYERS, layers, &config));
    for (int l = 0; l < LAYERS; l++) {
        layers[l].weight_init = layers[l].bias_init = lnt_init_uniform(0, 0.001);
    }
    LNT_TRY(lnt_net_create(net, &config));
    LNT_TRY(lnt_pass_create(pass, *net, &(lnt_pass_config){.max_rows = BATCH}));
    return lnt_optim_create(sgd, *net, &(lnt_optim_config){.learning_rate = 0.01});
}

/* The next numbers of `data`, which are used up row by row. */
static lnt_status read_numbers(FILE *data, lnt_tensor t)
{
    for (size_t i = 0; i < t.rows * t.cols; i++) {
        if (fscanf(data, "%lf", (double *) t.data + i) != 1) {
            return LNT_ERR_FORMAT;
        }
    }
    return LNT_OK;
}

static lnt_status train(FILE *data, lnt_net *net, lnt_pass *pass, lnt_optim *sgd)
{
    double x_numbers[BATCH * INPUT], y_numbers[BATCH * OUTPUT], value;
    lnt_tensor x = lnt_tensor_f64(x_numbers, BATCH, INPUT);
    lnt_tensor y = lnt_tensor_f64(y_numbers, BATCH, OUTPUT);
    const lnt_init uniform = lnt_init_uniform(0, 1);
    LNT_TRY(data != NULL ? read_numbers(data, x) : lnt_init_fill(&uniform, 0, 100, &x));
    LNT_TRY(data != NULL ? read_numbers(data, y) : lnt_init_fill(&uniform, 0, 101, &y));
    LNT_TRY(data != NULL ? read_numbers(data, lnt_net_parameters(net)) : LNT_OK);

    const lnt_loss mse = {
        .kind = LNT_LOSS_MSE, .value_reduction = LNT_MEAN, .gradient_reduction = LNT_SUM};
    for (int step = 0; step < STEPS; step++) {
        LNT_TRY(lnt_pass_forward(pass, net, &x, NULL));
        LNT_TRY(lnt_pass_backward(pass, net, &mse, &y, NULL, &value));
        LNT_TRY(lnt_optim_step(sgd, net, pass));
        printf("%2d %.12f\n", step, value);
    }
    return LNT_OK;
}

int main(int argc, char **argv)
{
    FILE *data = argc > 1 ? fopen(argv[1], "r") : NULL;
    lnt_net *net = NULL;
    lnt_pass *pass = NULL;
    lnt_optim *sgd = NULL;
    lnt_status status = argc > 1 && data == NULL ? LNT_ERR_IO : create(&net, &pass, &sgd);
    if (status == LNT_OK) {
        status = train(data, net, pass, sgd);
    }
    if (status != LNT_OK) {
        fprintf(stderr, "tutorial: %s\n", lnt_status_text(status));
    }
    lnt_optim_destroy(sgd);
    lnt_pass_destroy(pass);
    lnt_net_destroy(net);
    if (data != NULL) {
        fclose(data);
    }
    return status == LNT_OK ? 0 : 1;
}
