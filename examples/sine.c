/* SPDX-License-Identifier: MIT */
/*
 * Fits a net to y = sin x on [-pi, pi] and saves it.
 *
 *     sine [MODEL]        (default: sine.safetensors)
 */
#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>

enum { SAMPLES = 512 };

static lnt_status run(lnt_net **net, const char *path, lnt_error *error)
{
    static double angles[SAMPLES], sines[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        angles[i] = (2.0 * i / (SAMPLES - 1) - 1.0) * acos(-1);
        sines[i] = sin(angles[i]);
    }
    const lnt_tensor x = lnt_tensor_f64(angles, SAMPLES, 1), y = lnt_tensor_f64(sines, SAMPLES, 1);

    const lnt_layer layers[] = {lnt_dense(32, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    LNT_TRY(lnt_net_create(
        net, &(lnt_net_config){
                 .dtype = LNT_F64, .inputs = 1, .layers = layers, .n_layers = 2, .seed = 42}));
    lnt_fit_config fit = lnt_fit_defaults(); /* MSE, batches of 32 */
    fit.epochs = 1000;
    fit.optim = lnt_optim_defaults(LNT_SGD);
    fit.optim.learning_rate = 0.05;
    fit.optim.momentum = 0.9;
    lnt_fit_result result;
    LNT_TRY(lnt_fit(*net, &x, &y, &fit, &result, error));
    printf("loss %.2e after %zu epochs\n", result.train_loss, result.epochs);
    return lnt_net_save(*net, path, error);
}

int main(int argc, char **argv)
{
    lnt_net *net = NULL;
    lnt_error error = {.message = ""};
    const lnt_status status = run(&net, argc > 1 ? argv[1] : "sine.safetensors", &error);
    if (status != LNT_OK) {
        fprintf(stderr, "sine: %s\n", error.message[0] ? error.message : lnt_status_text(status));
    }
    lnt_net_destroy(net);
    return status == LNT_OK ? 0 : 1;
}
