/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"
#include "cli/commands/info.h"
#include "cli/output/text.h"

#include <math.h>

static void print_layer(const lnt_layer *layer, size_t i, size_t inputs, size_t outputs)
{
    printf("layer %-3zu     %s %zu -> %zu", i, lnt_layer_name(layer), inputs, outputs);
    if (lnt_cli_info_has_activation(layer)) {
        printf(", %s", lnt_activation_name(layer->activation));
        if (lnt_cli_info_has_alpha(layer)) {
            printf(", alpha %g", layer->alpha);
        }
    }
    const char *name;
    double value;
    for (size_t next = 0; lnt_cli_info_number(layer, &next, &name, &value);) {
        printf(", %s %g", name, value);
    }
    if (layer->skip_depth > 0) {
        printf(", adds the input of layer %zu", i - layer->skip_depth);
    }
    putchar('\n');
}

static void print_tensor(lnt_status status, const lnt_parameter *parameter)
{
    char sum[LNT_CHECKSUM_LENGTH];
    if (status == LNT_OK && lnt_tensor_checksum(&parameter->value, sum) == LNT_OK) {
        printf("tensor        %s [%zu, %zu], XXH3 %s\n", parameter->name, parameter->value.rows,
               parameter->value.cols, sum);
    }
}

static void print_layers(lnt_net *net)
{
    size_t inputs = lnt_net_inputs(net);
    lnt_parameter parameter;
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        const size_t outputs = lnt_net_layer_outputs(net, i);
        print_layer(lnt_net_layer(net, i), i, inputs, outputs);
        inputs = outputs;
    }
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        print_tensor(lnt_net_parameter(net, i, &parameter), &parameter);
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        print_tensor(lnt_net_running_stat(net, i, &parameter), &parameter);
    }
}

/* As many names as fit on a line, and how many there are. */
static void print_names(const char *title, const lnt_names *names)
{
    const size_t count = lnt_names_count(names);
    if (count == 0) {
        return;
    }
    printf("%-14s%zu: ", title, count);
    size_t used = 0, i = 0;
    for (; i < count; i++) {
        const char *name = lnt_names_get(names, i);
        used += lnt_escaped_width(name) + 2;
        if (i > 0 && used > 56) {
            break;
        }
        fputs(i > 0 ? ", " : "", stdout);
        lnt_print_escaped(stdout, name);
    }
    fputs(i < count ? ", ...\n" : "\n", stdout);
}

static void print_score(const char *title, double loss, double accuracy)
{
    if (isnan(loss)) {
        return;
    }
    printf("%-14sloss %.6g", title, loss);
    if (!isnan(accuracy)) {
        printf(", accuracy %.4f", accuracy);
    }
    putchar('\n');
}

void lnt_cli_info_text(const lnt_model *model)
{
    const lnt_training_summary *record = &model->record;
    const bool classifier = lnt_loss_is_classification(model->loss.kind);
    printf("task          %s\n", classifier ? "classification" : "regression");
    printf("loss          %s\n", lnt_loss_name(model->loss.kind));
    printf("dtype         %s\n", lnt_dtype_name(lnt_net_dtype(model->net)));
    printf("parameters    %zu\n", lnt_net_n_parameters(model->net));
    print_layers(model->net);
    printf("inputs        %s\n", model->input_scaler != NULL ? "scaled" : "not scaled");
    printf("targets       %s\n", model->target_scaler != NULL ? "scaled" : "not scaled");
    print_names("input names", model->input_names);
    print_names("target names", model->target_names);
    print_names("classes", model->class_names);
    if (record->epochs > 0) {
        printf("trained       %zu epoch%s on %zu row%s, %zu held out, seed %llu\n", record->epochs,
               lnt_cli_plural(record->epochs), record->train_rows,
               lnt_cli_plural(record->train_rows), record->validation_rows,
               (unsigned long long) record->seed);
    }
    const lnt_laplace_info *laplace = lnt_laplace_get_info(model->laplace);
    if (laplace != NULL) {
        printf("laplace       %s, %zu parameters, %.1f well determined by %zu rows, prior "
               "precision %.4g, log marginal likelihood %.6g\n",
               lnt_laplace_structure_name(laplace->structure), laplace->parameters,
               laplace->effective, laplace->rows, laplace->prior_precision, laplace->log_marginal);
    }
    print_score("training", record->train_loss, record->train_accuracy);
    print_score("held out", record->validation_loss, record->validation_accuracy);
}
