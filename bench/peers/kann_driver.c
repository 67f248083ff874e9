/* SPDX-License-Identifier: MIT */
/*
 * KANN, for kann_peer.py: the only build of it in a package registry is inside a Python module,
 * whose symbols are there for the taking. What is declared here is the part of its interface that
 * is used.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The beginning of KANN's node; it is never made here, so its size does not matter. */
typedef struct kad_node {
    uint8_t n_dimensions, flags;
    uint16_t operation;
    int32_t n_children, scratch, extra_size, dimensions[4], label;
    uint32_t role;
    float *x, *g;
} kad_node;

typedef struct kann_net {
    int n;
    kad_node **nodes;
    float *x, *g, *c; /* all parameters, gradients and constants */
    void *more;
} kann_net;

enum { VARIABLE = 1, OUTPUT = 2, TRUTH = 4, COST = 8, INPUT = 1 };

extern kad_node *kann_layer_input(int width);
extern kad_node *kann_layer_dense(kad_node *input, int width);
extern kad_node *kad_relu(kad_node *x);
extern kad_node *kad_tanh(kad_node *x);
extern kad_node *kad_sigm(kad_node *x);
extern kad_node *kad_feed(int n_dimensions, ...);
extern kad_node *kad_mse(kad_node *x, kad_node *y);
extern kann_net *kann_new(kad_node *cost, int n_rest, ...);
extern void kann_delete(kann_net *net);
extern int kad_sync_dim(int n, kad_node **nodes, int rows);
extern int kad_size_var(int n, kad_node *const *nodes);
extern int kann_feed_bind(kann_net *net, uint32_t role, int32_t label, float **data);
extern float kann_cost(kann_net *net, int label, int with_gradient);
extern int kann_eval(kann_net *net, uint32_t role, int label);
extern int kann_find(const kann_net *net, uint32_t role, int32_t label);

typedef struct contender {
    kann_net *net;
    const kad_node *output;
    int n_parameters, rows;
    float rate;
    bool inference;
} contender;

contender *lnt_kann_open(const int *widths, int n_layers, int rows, const char *hidden,
                         const char *output, float rate, bool inference, const float *parameters,
                         float *x, float *y);
void lnt_kann_run(contender *c, size_t steps);
void lnt_kann_read(contender *c, float *parameters, float *outputs);
void lnt_kann_close(contender *c);

static kad_node *activate(const char *name, kad_node *x)
{
    static const struct {
        const char *name;
        kad_node *(*function)(kad_node *);
    } functions[] = {{"relu", kad_relu}, {"tanh", kad_tanh}, {"sigmoid", kad_sigm}};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcmp(name, functions[i].name) == 0) {
            return functions[i].function(x);
        }
    }
    return x;
}

/* KANN's weights are [out, in], and matrices come before their biases, as here. */
static void move_parameters(const kann_net *net, float *parameters, bool into_net)
{
    for (int k = 0; k < net->n; k++) {
        const kad_node *node = net->nodes[k];
        if (node->n_children != 0 || (node->flags & VARIABLE) == 0) {
            continue;
        }
        const size_t outputs = (size_t) node->dimensions[0];
        const size_t inputs = node->n_dimensions == 2 ? (size_t) node->dimensions[1] : 1;
        for (size_t i = 0; i < inputs; i++) {
            for (size_t j = 0; j < outputs; j++) {
                float *ours = parameters + i * outputs + j, *theirs = node->x + j * inputs + i;
                *(into_net ? theirs : ours) = *(into_net ? ours : theirs);
            }
        }
        parameters += inputs * outputs;
    }
}

contender *lnt_kann_open(const int *widths, int n_layers, int rows, const char *hidden,
                         const char *output, float rate, bool inference, const float *parameters,
                         float *x, float *y)
{
    contender *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    kad_node *t = kann_layer_input(widths[0]);
    for (int l = 0; l < n_layers; l++) {
        t = activate(l + 1 < n_layers ? hidden : output, kann_layer_dense(t, widths[l + 1]));
    }
    t->role |= OUTPUT;
    kad_node *truth = kad_feed(2, 1, widths[n_layers]);
    truth->role |= TRUTH;
    kad_node *cost = kad_mse(t, truth);
    cost->role |= COST;
    c->output = t;
    c->net = kann_new(cost, 0);
    c->n_parameters = kad_size_var(c->net->n, c->net->nodes);
    c->rows = inference ? 1 : rows;
    c->rate = rate;
    c->inference = inference;
    float *copy = malloc((size_t) c->n_parameters * sizeof *copy);
    if (copy == NULL) {
        kann_delete(c->net);
        free(c);
        return NULL;
    }
    memcpy(copy, parameters, (size_t) c->n_parameters * sizeof *copy);
    move_parameters(c->net, copy, true);
    free(copy);
    kad_sync_dim(c->net->n, c->net->nodes, c->rows);
    kann_feed_bind(c->net, INPUT, 0, &x);
    kann_feed_bind(c->net, TRUTH, 0, &y);
    return c;
}

static void step(contender *c)
{
    kann_cost(c->net, 0, 1);
    float *restrict x = c->net->x;
    const float *restrict g = c->net->g;
    for (int i = 0; i < c->n_parameters; i++) {
        x[i] -= c->rate * g[i];
    }
}

void lnt_kann_run(contender *c, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        if (c->inference) {
            kann_eval(c->net, OUTPUT, 0);
        } else {
            step(c);
        }
    }
}

void lnt_kann_read(contender *c, float *parameters, float *outputs)
{
    kann_eval(c->net, OUTPUT, 0);
    const size_t count = (size_t) c->rows * (size_t) c->output->dimensions[1];
    memcpy(outputs, c->output->x, count * sizeof *outputs);
    move_parameters(c->net, parameters, false);
}

void lnt_kann_close(contender *c)
{
    kann_delete(c->net);
    free(c);
}
