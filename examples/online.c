/* SPDX-License-Identifier: MIT */
/*
 * Learns while a simulation runs: a driven pendulum of unknown length and drag. At each step the
 * net predicts the angular acceleration from angle and speed, sees the true one, and makes one step
 * on the last states. Halfway the length halves; the error rises, and falls again.
 *
 *     online
 */
#include <linnet/linnet.h>
#include <math.h>
#include <stdio.h>

enum { INPUTS = 4, WINDOW = 64, STEPS = 30000, REPORT = 2500 };

static const double DT = 0.01;

/* The world. The program that learns sees states and accelerations only. */
static double acceleration(double angle, double speed, double push, int step)
{
    const double length = step < STEPS / 2 ? 1 : 0.5;
    return push - sin(angle) / length - 0.1 * speed * fabs(speed);
}

/* What is remembered: the last WINDOW states, a ring. */
static double states[WINDOW][INPUTS], accelerations[WINDOW];

static lnt_status simulate(lnt_trainer *trainer, lnt_net *net)
{
    const lnt_tensor x = lnt_tensor_f64(&states[0][0], WINDOW, INPUTS);
    const lnt_tensor y = lnt_tensor_f64(accelerations, WINDOW, 1);
    lnt_pass *pass = lnt_trainer_pass(trainer);
    double angle = 1, speed = 0, squares = 0;
    for (int step = 0; step < STEPS; step++) {
        const double push = 1.5 * sin(0.3 * step * DT) + cos(0.71 * step * DT);
        const int place = step % WINDOW;
        const double now[INPUTS] = {sin(angle), cos(angle), speed, push};
        for (int i = 0; i < INPUTS; i++) {
            states[place][i] = now[i];
        }
        accelerations[place] = acceleration(angle, speed, push, step);

        lnt_tensor row, predicted;
        LNT_TRY(lnt_slice_rows(&x, (size_t) place, 1, 1, &row));
        LNT_TRY(lnt_pass_forward(pass, net, &row, &predicted));
        squares += pow(lnt_tensor_get(&predicted, 0, 0) - accelerations[place], 2);
        if ((step + 1) % REPORT == 0) {
            printf("t = %3.0f  error %.4f\n", (step + 1) * DT, sqrt(squares / REPORT));
            squares = 0;
        }
        if (step >= WINDOW) {
            LNT_TRY(lnt_trainer_step(trainer, &x, &y, NULL, NULL));
        }
        speed += DT * accelerations[place];
        angle += DT * speed;
    }
    return LNT_OK;
}

int main(void)
{
    const lnt_layer layers[] = {lnt_dense(32, LNT_TANH), lnt_dense(1, LNT_IDENTITY)};
    const lnt_net_config config = {
        .dtype = LNT_F64, .inputs = INPUTS, .layers = layers, .n_layers = 2, .seed = 1};
    lnt_fit_config fit = lnt_fit_defaults(); /* mean of squares, Adam */
    fit.batch_rows = WINDOW;
    fit.optim.learning_rate = 0.003;
    lnt_net *net = NULL;
    lnt_trainer *trainer = NULL;
    lnt_error error = {.message = ""};
    lnt_status status = lnt_net_create(&net, &config);
    if (status == LNT_OK) {
        status = lnt_trainer_create(&trainer, net, &fit, &error);
    }
    if (status == LNT_OK) {
        status = simulate(trainer, net);
    }
    if (status != LNT_OK) {
        fprintf(stderr, "online: %s\n", error.message[0] ? error.message : lnt_status_text(status));
    }
    lnt_trainer_destroy(trainer);
    lnt_net_destroy(net);
    return status == LNT_OK ? 0 : 1;
}
