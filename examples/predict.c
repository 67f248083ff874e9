/* SPDX-License-Identifier: MIT */
/*
 * A net inside a simulation: four pendulums, theta'' = -sin(theta), whose sine is the net that
 * sine.c saved. Prints their angles beside those of the true sine. The loop allocates nothing.
 *
 *     predict [MODEL]     (default: sine.safetensors)
 */
#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>

enum { PENDULUMS = 4, STEPS_PER_SECOND = 100, SECONDS = 10 };

typedef struct pendulums {
    double angle[PENDULUMS];
    double speed[PENDULUMS];
} pendulums;

/* One step of the semi-implicit Euler method. */
static void advance(pendulums *p, const double *sine)
{
    const double h = 1.0 / STEPS_PER_SECOND;
    for (int i = 0; i < PENDULUMS; i++) {
        p->speed[i] -= h * sine[i];
        p->angle[i] += h * p->speed[i];
    }
}

static lnt_status simulate(lnt_predictor *net, double *largest_error)
{
    pendulums p = {.angle = {0.5, 1.0, 1.5, 2.0}}, truth = p;
    double sine[PENDULUMS], true_sine[PENDULUMS];
    const lnt_tensor x = lnt_tensor_f64(p.angle, PENDULUMS, 1); /* views: no copies */
    lnt_tensor y = lnt_tensor_f64(sine, PENDULUMS, 1);
    *largest_error = 0;
    for (int step = 1; step <= SECONDS * STEPS_PER_SECOND; step++) {
        LNT_TRY(lnt_predict(net, &x, &y));
        advance(&p, sine);
        for (int i = 0; i < PENDULUMS; i++) {
            true_sine[i] = sin(truth.angle[i]);
        }
        advance(&truth, true_sine);
        for (int i = 0; i < PENDULUMS; i++) {
            *largest_error = fmax(*largest_error, fabs(p.angle[i] - truth.angle[i]));
        }
        if (step % STEPS_PER_SECOND == 0) {
            printf("%2d s", step / STEPS_PER_SECOND);
            for (int i = 0; i < PENDULUMS; i++) {
                printf("  %7.4f (%7.4f)", p.angle[i], truth.angle[i]);
            }
            putchar('\n');
        }
    }
    return LNT_OK;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "sine.safetensors";
    lnt_model model = lnt_model_init();
    lnt_predictor *predictor = NULL;
    lnt_error error = {.message = ""};
    double largest_error;
    lnt_status status = lnt_model_load(&model, path, NULL, &error);
    if (status == LNT_OK) {
        status = lnt_predictor_create(&predictor, &model, PENDULUMS, NULL);
    }
    if (status == LNT_OK) {
        status = simulate(predictor, &largest_error);
    }
    if (status == LNT_OK) {
        printf("largest error of an angle: %.4f\n", largest_error);
    } else {
        fprintf(stderr, "predict: %s\n",
                error.message[0] ? error.message : lnt_status_text(status));
    }
    lnt_predictor_destroy(predictor);
    lnt_model_finish(&model);
    return status == LNT_OK ? 0 : 1;
}
