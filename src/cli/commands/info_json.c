/* SPDX-License-Identifier: MIT */
#include "cli/commands/info.h"
#include "cli/output/text.h"

static json_t *names_json(const lnt_names *names)
{
    if (names == NULL) {
        return json_null();
    }
    json_t *list = json_array();
    for (size_t i = 0; i < lnt_names_count(names); i++) {
        if (json_array_append_new(list, lnt_cli_json_text(lnt_names_get(names, i))) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* Those that mean something for the layer. */
static void add_layer_fields(json_t *one, const lnt_layer *layer)
{
    if (lnt_cli_info_has_activation(layer)) {
        const char *name = lnt_activation_name(layer->activation);
        json_object_set_new(one, "activation", lnt_cli_json_text(name));
        if (lnt_cli_info_has_alpha(layer)) {
            json_object_set_new(one, "alpha", lnt_cli_json_number(layer->alpha));
        }
    }
    const char *name;
    double value;
    for (size_t next = 0; lnt_cli_info_number(layer, &next, &name, &value);) {
        json_object_set_new(one, name, lnt_cli_json_number(value));
    }
    if (layer->skip_depth > 0) {
        json_object_set_new(one, "span", json_integer((json_int_t) layer->skip_depth));
    }
}

static json_t *layers_json(const lnt_net *net)
{
    json_t *list = json_array();
    size_t inputs = lnt_net_inputs(net);
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        const lnt_layer *layer = lnt_net_layer(net, i);
        const size_t outputs = lnt_net_layer_outputs(net, i);
        json_t *one = json_pack("{s:o, s:I, s:I}", "kind", lnt_cli_json_text(lnt_layer_name(layer)),
                                "inputs", (json_int_t) inputs, "outputs", (json_int_t) outputs);
        add_layer_fields(one, layer);
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
        inputs = outputs;
    }
    return list;
}

static json_t *scaler_json(const lnt_scaler *scaler)
{
    if (scaler == NULL) {
        return json_null();
    }
    json_t *offset = json_array(), *scale = json_array();
    for (size_t i = 0; i < lnt_scaler_cols(scaler); i++) {
        json_array_append_new(offset, lnt_cli_json_number(lnt_scaler_offset(scaler)[i]));
        json_array_append_new(scale, lnt_cli_json_number(lnt_scaler_scale(scaler)[i]));
    }
    return json_pack("{s:o, s:o}", "offset", offset, "scale", scale);
}

/* The seed as text: JSON's readers keep 53 bits of a number. */
static json_t *record_json(const lnt_training_summary *record)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long) record->seed);
    return json_pack("{s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o}", "epochs",
                     (json_int_t) record->epochs, "training_rows", (json_int_t) record->train_rows,
                     "held_out_rows", (json_int_t) record->validation_rows, "seed", seed,
                     "training_loss", lnt_cli_json_number(record->train_loss), "training_accuracy",
                     lnt_cli_json_number(record->train_accuracy), "held_out_loss",
                     lnt_cli_json_number(record->validation_loss), "held_out_accuracy",
                     lnt_cli_json_number(record->validation_accuracy));
}

static json_t *laplace_json(const lnt_laplace_info *info)
{
    return info == NULL ? json_null()
                        : json_pack("{s:s, s:I, s:I, s:o, s:o, s:o, s:o}", "structure",
                                    lnt_laplace_structure_name(info->structure), "parameters",
                                    (json_int_t) info->parameters, "rows", (json_int_t) info->rows,
                                    "prior_precision", lnt_cli_json_number(info->prior_precision),
                                    "noise", lnt_cli_json_number(info->noise), "effective",
                                    lnt_cli_json_number(info->effective), "log_marginal",
                                    lnt_cli_json_number(info->log_marginal));
}

json_t *lnt_cli_info_tensor_json(const lnt_tensor *shape, const char *sum)
{
    return json_pack("{s:[I, I], s:s}", "shape", (json_int_t) shape->rows, (json_int_t) shape->cols,
                     "xxh3", sum);
}

static bool add_tensor(json_t *list, lnt_status status, const lnt_parameter *parameter)
{
    char sum[LNT_CHECKSUM_LENGTH];
    return status == LNT_OK && lnt_tensor_checksum(&parameter->value, sum) == LNT_OK &&
           json_object_set_new(list, parameter->name,
                               lnt_cli_info_tensor_json(&parameter->value, sum)) == 0;
}

static json_t *tensors_json(lnt_net *net)
{
    json_t *list = json_object();
    lnt_parameter parameter;
    bool good = true;
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net) && good; i++) {
        good = add_tensor(list, lnt_net_parameter(net, i, &parameter), &parameter);
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(net) && good; i++) {
        good = add_tensor(list, lnt_net_running_stat(net, i, &parameter), &parameter);
    }
    if (!good) {
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *lnt_cli_info_json(const lnt_model *model)
{
    const bool classifier = lnt_loss_is_classification(model->loss.kind);
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "task",
        classifier ? "classify" : "regress", "loss", lnt_loss_name(model->loss.kind), "dtype",
        lnt_dtype_name(lnt_net_dtype(model->net)), "inputs",
        (json_int_t) lnt_net_inputs(model->net), "outputs",
        (json_int_t) lnt_net_outputs(model->net), "parameters",
        (json_int_t) lnt_net_n_parameters(model->net), "layers", layers_json(model->net), "tensors",
        tensors_json(model->net), "input_names", names_json(model->input_names), "target_names",
        names_json(model->target_names), "classes", names_json(model->class_names), "input_scaling",
        scaler_json(model->input_scaler), "target_scaling", scaler_json(model->target_scaler),
        "training", record_json(&model->record), "laplace",
        laplace_json(lnt_laplace_get_info(model->laplace)));
}
