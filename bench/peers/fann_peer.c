/* SPDX-License-Identifier: MIT */
/*
 * FANN: an epoch over the rows by FANN_TRAIN_BATCH is a step of SGD. Compiled once with
 * -DFANN_DOUBLE for f64. Its gradient is that of half the squares, divided by the rows alone, so
 * its learning rate is ours times 2/outputs.
 */
#ifdef FANN_DOUBLE
#include <doublefann.h>
#else
#include <floatfann.h>
#endif

#include "peer.h"

#include <stdlib.h>
#include <string.h>

typedef struct contender {
    struct fann *net;
    struct fann_train_data *data;
    lnt_peer_problem problem;
} contender;

/* --- weights: FANN has those of a neuron together, its bias behind them --- */

/* Gives the parameters to the net, or takes them from it. */
static void move_parameters(const lnt_peer_problem *p, fann_type *weights, fann_type *parameters,
                            bool into_net)
{
    for (size_t l = 0; l < p->n_layers; l++) {
        const size_t inputs = p->widths[l], outputs = p->widths[l + 1];
        for (size_t j = 0; j < outputs; j++) {
            for (size_t i = 0; i <= inputs; i++) { /* the last one is the bias */
                fann_type *ours = parameters + i * outputs + j;
                fann_type *theirs = weights++;
                *(into_net ? theirs : ours) = *(into_net ? ours : theirs);
            }
        }
        parameters += (inputs + 1) * outputs;
    }
}

/* --- opening and closing --- */

/* FANN multiplies the sum by the steepness and, but in linear ones, by two. */
static void set_activation(struct fann *net, const lnt_peer_problem *p, size_t l)
{
    static const struct {
        const char *name;
        enum fann_activationfunc_enum function;
        fann_type steepness;
    } known[] = {{"relu", FANN_LINEAR_PIECE, 1},
                 {"tanh", FANN_SIGMOID_SYMMETRIC, 1},
                 {"sigmoid", FANN_SIGMOID, (fann_type) 0.5},
                 {"identity", FANN_LINEAR, 1}};
    const char *name = l < p->n_layers ? p->hidden : p->output;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(name, known[i].name) == 0) {
            fann_set_activation_function_layer(net, known[i].function, (int) l);
            fann_set_activation_steepness_layer(net, known[i].steepness, (int) l);
        }
    }
}

static struct fann *create_net(const lnt_peer_problem *p)
{
    unsigned widths[LNT_PEER_MOST_LAYERS + 1];
    for (size_t l = 0; l <= p->n_layers; l++) {
        widths[l] = (unsigned) p->widths[l];
    }
    struct fann *net = fann_create_standard_array((unsigned) p->n_layers + 1, widths);
    if (net == NULL) {
        lnt_peer_fail("FANN", "no net");
        return NULL;
    }
    for (size_t l = 1; l <= p->n_layers; l++) {
        set_activation(net, p, l);
    }
    fann_set_training_algorithm(net, FANN_TRAIN_BATCH);
    fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
    fann_set_learning_rate(net, (float) (p->learning_rate * 2 / (double) p->widths[p->n_layers]));
    move_parameters(p, net->weights, p->parameters, true);
    return net;
}

static void *open_fann(const lnt_peer_problem *p, const char **reason)
{
    if (!p->inference && strcmp(p->optimizer, "sgd") != 0) {
        *reason = "it has no Adam";
        return NULL;
    }
    if (strcmp(p->hidden, "relu") == 0) {
        *reason = "it has no ReLU: its hidden units are linear within [0, 1]";
    }
    contender *c = lnt_peer_allocate(1, sizeof *c);
    c->problem = *p;
    c->net = create_net(p);
    const size_t inputs = p->widths[0], outputs = p->widths[p->n_layers];
    c->data = fann_create_train((unsigned) p->rows, (unsigned) inputs, (unsigned) outputs);
    for (size_t i = 0; i < p->rows; i++) {
        memcpy(c->data->input[i], (fann_type *) p->x + i * inputs, inputs * sizeof(fann_type));
        memcpy(c->data->output[i], (fann_type *) p->y + i * outputs, outputs * sizeof(fann_type));
    }
    return c;
}

static void close_fann(void *state)
{
    contender *c = state;
    fann_destroy_train(c->data);
    fann_destroy(c->net);
    free(c);
}

/* --- running --- */

static void run_fann(void *state, size_t steps)
{
    contender *c = state;
    for (size_t i = 0; i < steps; i++) {
        if (c->problem.inference) {
            fann_run(c->net, c->data->input[0]);
        } else {
            fann_train_epoch(c->net, c->data);
        }
    }
}

static void read_fann(void *state, void *parameters, void *outputs)
{
    contender *c = state;
    const size_t n = c->problem.widths[c->problem.n_layers];
    move_parameters(&c->problem, c->net->weights, parameters, false);
    for (size_t i = 0; i < lnt_peer_rows(&c->problem); i++) {
        memcpy((fann_type *) outputs + i * n, fann_run(c->net, c->data->input[i]),
               n * sizeof(fann_type));
    }
}

int main(void)
{
    const lnt_peer peer = {"FANN 2.2", open_fann, run_fann, read_fann, close_fann};
    return lnt_peer_serve(&peer);
}
