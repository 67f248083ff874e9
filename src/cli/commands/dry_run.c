/* SPDX-License-Identifier: MIT */
#include "cli/commands/dry_run.h"

#include "cli/output/text.h"

#include "cli/dataset/reading.h"
#include <string.h>

static size_t layer_inputs(const lnt_net *net, size_t i)
{
    return i == 0 ? lnt_net_inputs(net) : lnt_net_layer_outputs(net, i - 1);
}

static bool is_dense(const lnt_net *net, size_t i)
{
    return strcmp(lnt_layer_name(lnt_net_layer(net, i)), "dense") == 0;
}

/* What a layer does, as "dense relu" or "dropout 0.5". */
static void describe(const lnt_layer *layer, char *text, size_t size)
{
    const char *name = lnt_layer_name(layer);
    if (strcmp(name, "dense") == 0 || strcmp(name, "activation") == 0) {
        const bool plain = layer->activation == LNT_IDENTITY;
        snprintf(text, size, "%s%s%s", name, plain ? "" : " ",
                 plain ? "" : lnt_activation_name(layer->activation));
    } else if (strcmp(name, "dropout") == 0) {
        snprintf(text, size, "%s %g", name, layer->rate);
    } else if (strcmp(name, "residual") == 0) {
        snprintf(text, size, "%s, skips %zu layers", name, layer->skip_depth);
    } else {
        snprintf(text, size, "%s", name);
    }
}

static size_t count_parameters(lnt_net *net, size_t layer)
{
    size_t count = 0;
    lnt_parameter one;
    for (size_t i = 0; lnt_net_parameter(net, i, &one) == LNT_OK; i++) {
        count += one.layer == layer ? one.value.rows * one.value.cols : 0;
    }
    return count;
}

static void print_layers(lnt_net *net, FILE *stream)
{
    fprintf(stream, "# %-5s  %-24s  %10s  %12s\n", "layer", "kind", "outputs", "parameters");
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        char kind[48];
        describe(lnt_net_layer(net, i), kind, sizeof kind);
        fprintf(stream, "# %5zu  %-24s  %10zu  %12zu\n", i, kind, lnt_net_layer_outputs(net, i),
                count_parameters(net, i));
    }
    fprintf(stream, "# %5s  %-24s  %10zu  %12zu\n", "", "total", lnt_net_outputs(net),
            lnt_net_n_parameters(net));
}

/* Notes what is asked for, and gives nothing: what an object takes can be known without it. */
static void *note_bytes(void *context, size_t bytes, size_t alignment)
{
    (void) alignment;
    *(size_t *) context += bytes;
    return NULL;
}

static void free_nothing(void *context, void *block)
{
    (void) context;
    (void) block;
}

static size_t batch_rows(const lnt_cli_training_run *run)
{
    return run->config.batch_rows < run->x.rows ? run->config.batch_rows : run->x.rows;
}

static size_t optim_bytes(const lnt_cli_training_run *run)
{
    lnt_optim_config config = run->config.optim;
    config.max_rows = batch_rows(run);
    return lnt_optim_memory_bytes(&config, run->model.net);
}

static size_t pass_bytes(const lnt_cli_training_run *run)
{
    size_t bytes = 0;
    const lnt_allocator meter = {note_bytes, free_nothing, &bytes};
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = batch_rows(run);
    config.allocator = &meter;
    lnt_pass *pass = NULL;
    const lnt_status status = lnt_pass_create(&pass, run->model.net, &config);
    lnt_pass_destroy(pass);
    return status == LNT_ERR_MEMORY ? bytes : 0;
}

static void print_scaled(const char *what, double value, double base, const char *unit,
                         const char *note, FILE *stream)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
    size_t i = 0;
    for (; value >= base && i + 1 < LNT_CLI_COUNT_OF(prefixes); i++) {
        value /= base;
    }
    fprintf(stream, "# %-18s  %.4g %s%s%s%s\n", what, value, prefixes[i],
            base > 1000 && i > 0 ? "i" : "", unit, note);
}

/* Products forward, of the weights' gradients, and of the inputs' but for the first layer. */
static double product_flops(const lnt_cli_training_run *run)
{
    const lnt_net *net = run->model.net;
    double flops = 0;
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        if (is_dense(net, i)) {
            flops += 2.0 * (i == 0 ? 2 : 3) * (double) layer_inputs(net, i) *
                     (double) lnt_net_layer_outputs(net, i) * (double) batch_rows(run);
        }
    }
    return flops;
}

static void print_costs(const lnt_cli_training_run *run, FILE *stream)
{
    const lnt_net *net = run->model.net;
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    char batch[64];
    snprintf(batch, sizeof batch, ", for batches of %zu rows", batch_rows(run));
    print_scaled("memory for data", (double) lnt_cli_reading_limit(&run->settings->reading), 1024,
                 "B", run->settings->reading.memory > 0 ? "" : ", the free memory minus a reserve",
                 stream);
    print_scaled("parameters", (double) state.cols * (double) lnt_dtype_size(state.dtype), 1024,
                 "B", "", stream);
    print_scaled("optimizer's state", (double) optim_bytes(run), 1024, "B", "", stream);
    print_scaled("pass", (double) pass_bytes(run), 1024, "B", batch, stream);
    const bool again = lnt_optim_reevaluates(run->config.optim.kind);
    print_scaled(again ? "one evaluation" : "work per step", product_flops(run), 1000, "FLOP",
                 again ? ", in matrix products; a step takes several, and the optimizer's own work"
                       : ", in matrix products",
                 stream);
    const size_t accumulate = run->config.optim.accumulate;
    const size_t batches = (run->x.rows + batch_rows(run) - 1) / batch_rows(run);
    fprintf(stream, "# %-18s  %zu per epoch, %zu in total\n", "steps", batches / accumulate,
            batches * run->config.epochs / accumulate);
}

lnt_status lnt_cli_dry_run(const lnt_cli_training_run *run, FILE *stream)
{
    const size_t outputs = lnt_net_outputs(run->model.net);
    lnt_cli_option_values_print(&run->settings->values, stream);
    fprintf(stream, "\n# %zu input%s, %zu output%s; %zu row%s to train on, %zu held out\n",
            run->x.cols, lnt_cli_plural(run->x.cols), outputs, lnt_cli_plural(outputs), run->x.rows,
            lnt_cli_plural(run->x.rows), run->x_val.rows);
    print_layers(run->model.net, stream);
    print_costs(run, stream);
    return LNT_OK;
}
