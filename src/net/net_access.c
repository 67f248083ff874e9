/* SPDX-License-Identifier: MIT */
#include "net/net.h"

#include <stdio.h>

lnt_dtype lnt_net_dtype(const lnt_net *net)
{
    return net->dtype;
}

size_t lnt_net_inputs(const lnt_net *net)
{
    return net->widths[0];
}

size_t lnt_net_outputs(const lnt_net *net)
{
    return net->widths[net->n_layers];
}

size_t lnt_net_n_layers(const lnt_net *net)
{
    return net->n_layers;
}

uint64_t lnt_net_seed(const lnt_net *net)
{
    return net->seed;
}

const lnt_layer *lnt_net_layer(const lnt_net *net, size_t i)
{
    return i < net->n_layers ? &net->layers[i] : NULL;
}

size_t lnt_net_layer_outputs(const lnt_net *net, size_t i)
{
    return i < net->n_layers ? net->widths[i + 1] : 0;
}

size_t lnt_net_n_parameters(const lnt_net *net)
{
    return net->n_parameters;
}

lnt_tensor lnt_net_parameters(lnt_net *net)
{
    return lnt_tensor_view(net->dtype, net->parameters, 1, net->n_parameters);
}

lnt_tensor lnt_net_parameters_read_only(const lnt_net *net)
{
    return lnt_tensor_const_view(net->dtype, net->parameters, 1, net->n_parameters);
}

lnt_tensor lnt_net_state_vector(lnt_net *net)
{
    return lnt_tensor_view(net->dtype, net->parameters, 1, net->n_state);
}

lnt_tensor lnt_net_state_vector_read_only(const lnt_net *net)
{
    return lnt_tensor_const_view(net->dtype, net->parameters, 1, net->n_state);
}

static void describe_slot(lnt_net *net, size_t i, lnt_parameter *parameter)
{
    const lnt_net_slot *slot = &net->slots[i];
    snprintf(parameter->name, sizeof parameter->name, "layers.%zu.%s", slot->layer, slot->name);
    parameter->layer = slot->layer;
    parameter->role = slot->role;
    parameter->offset = slot->offset;
    parameter->value = lnt_net_view(net, i, net->parameters);
}

size_t lnt_net_n_parameter_tensors(const lnt_net *net)
{
    return net->n_tensors;
}

lnt_status lnt_net_parameter(lnt_net *net, size_t i, lnt_parameter *parameter)
{
    if (net == NULL || parameter == NULL) {
        return LNT_ERR_NULL;
    }
    if (i >= net->n_tensors) {
        return LNT_ERR_INVALID;
    }
    describe_slot(net, i, parameter);
    return LNT_OK;
}

size_t lnt_net_n_running_stats(const lnt_net *net)
{
    return net->n_statistics;
}

lnt_status lnt_net_running_stat(lnt_net *net, size_t i, lnt_parameter *statistic)
{
    if (net == NULL || statistic == NULL) {
        return LNT_ERR_NULL;
    }
    if (i >= net->n_statistics) {
        return LNT_ERR_INVALID;
    }
    describe_slot(net, net->n_tensors + i, statistic);
    return LNT_OK;
}
