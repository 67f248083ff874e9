/* SPDX-License-Identifier: MIT */
#include "io/model/architecture.h"

#include "base/files/file_error.h"
#include "io/json/number.h"
#include "layers/activations/activation.h"

#include <math.h>
#include <string.h>

/* --- the fields of a layer --- */

static json_t *units_json(const lnt_layer *layer)
{
    return json_integer((json_int_t) layer->units);
}

static bool units_parse(const json_t *value, lnt_layer *layer)
{
    return lnt_size_parse(value, &layer->units);
}

static json_t *activation_json(const lnt_layer *layer)
{
    return json_string(lnt_activation_name(layer->activation));
}

static bool activation_parse(const json_t *value, lnt_layer *layer)
{
    return json_is_string(value) &&
           lnt_activation_find(json_string_value(value), &layer->activation) == LNT_OK;
}

static json_t *alpha_json(const lnt_layer *layer)
{
    return lnt_f64_json(layer->alpha);
}

static bool alpha_parse(const json_t *value, lnt_layer *layer)
{
    return lnt_f64_parse(value, &layer->alpha) && isfinite(layer->alpha);
}

static json_t *bias_json(const lnt_layer *layer)
{
    return json_boolean(layer->bias);
}

static bool bias_parse(const json_t *value, lnt_layer *layer)
{
    layer->bias = json_is_true(value);
    return json_is_boolean(value);
}

static json_t *gain_json(const lnt_layer *layer)
{
    return json_boolean(layer->gain);
}

static bool gain_parse(const json_t *value, lnt_layer *layer)
{
    layer->gain = json_is_true(value);
    return json_is_boolean(value);
}

static json_t *rate_json(const lnt_layer *layer)
{
    return lnt_f64_json(layer->rate);
}

static bool rate_parse(const json_t *value, lnt_layer *layer)
{
    return lnt_f64_parse(value, &layer->rate);
}

static json_t *epsilon_json(const lnt_layer *layer)
{
    return lnt_f64_json(layer->epsilon);
}

static bool epsilon_parse(const json_t *value, lnt_layer *layer)
{
    return lnt_f64_parse(value, &layer->epsilon);
}

static json_t *momentum_json(const lnt_layer *layer)
{
    return lnt_f64_json(layer->momentum);
}

static bool momentum_parse(const json_t *value, lnt_layer *layer)
{
    return lnt_f64_parse(value, &layer->momentum);
}

static json_t *span_json(const lnt_layer *layer)
{
    return json_integer((json_int_t) layer->skip_depth);
}

static bool span_parse(const json_t *value, lnt_layer *layer)
{
    return lnt_size_parse(value, &layer->skip_depth);
}

/* Whether the activation has a parameter. */
static bool has_alpha(const lnt_layer *layer)
{
    return lnt_activation_kind_of(layer->activation)->has_alpha;
}

enum {
    UNITS = 1,
    ACTIVATION = 2,
    BIAS = 4,
    ALPHA = 8,
    GAIN = 16,
    RATE = 32,
    EPSILON = 64,
    MOMENTUM = 128,
    SPAN = 256
};

static const struct {
    unsigned flag;
    const char *name;
    const char *expected;
    json_t *(*json)(const lnt_layer *layer);
    bool (*parse)(const json_t *value, lnt_layer *layer);
    bool (*needed)(const lnt_layer *layer); /* NULL: always; an unneeded field is allowed */
} fields[] = {
    {UNITS, "units", "a whole number", units_json, units_parse, NULL},
    {ACTIVATION, "activation", "the name of an activation", activation_json, activation_parse,
     NULL},
    {ALPHA, "alpha", "a number as text", alpha_json, alpha_parse, has_alpha},
    {GAIN, "gain", "true or false", gain_json, gain_parse, NULL},
    {BIAS, "bias", "true or false", bias_json, bias_parse, NULL},
    {RATE, "rate", "a number as text", rate_json, rate_parse, NULL},
    {EPSILON, "epsilon", "a number as text", epsilon_json, epsilon_parse, NULL},
    {MOMENTUM, "momentum", "a number as text", momentum_json, momentum_parse, NULL},
    {SPAN, "span", "a whole number", span_json, span_parse, NULL},
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

/* --- the kinds of layers --- */

static lnt_layer make_dense(void)
{
    return lnt_dense(0, LNT_IDENTITY);
}

static lnt_layer make_activation(void)
{
    return lnt_activation_layer(LNT_IDENTITY);
}

static lnt_layer make_dropout(void)
{
    return lnt_dropout(0);
}

static lnt_layer make_residual(void)
{
    return lnt_residual(0);
}

static const struct layer_format {
    const char *kind; /* as lnt_layer_name says */
    unsigned fields;
    lnt_layer (*make)(void);
} formats[] = {
    {"dense", UNITS | ACTIVATION | ALPHA | BIAS, make_dense},
    {"activation", ACTIVATION | ALPHA, make_activation},
    {"prelu", ALPHA, lnt_prelu},
    {"dropout", RATE, make_dropout},
    {"batch_norm", GAIN | BIAS | EPSILON | MOMENTUM, lnt_batch_norm},
    {"layer_norm", GAIN | BIAS | EPSILON, lnt_layer_norm},
    {"rms_norm", GAIN | EPSILON, lnt_rms_norm},
    {"residual", SPAN, make_residual},
};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

static const struct layer_format *find_format(const char *kind)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(formats[i].kind, kind) == 0) {
            return &formats[i];
        }
    }
    return NULL;
}

static json_t *layer_json(const lnt_layer *layer)
{
    const struct layer_format *format = find_format(lnt_layer_name(layer));
    json_t *object = format != NULL ? json_object() : NULL;
    bool fine = object != NULL && lnt_json_put(object, "kind", json_string(format->kind));
    for (size_t i = 0; fine && i < N_FIELDS; i++) {
        const bool needed = fields[i].needed == NULL || fields[i].needed(layer);
        if ((format->fields & fields[i].flag) != 0 && needed) {
            fine = lnt_json_put(object, fields[i].name, fields[i].json(layer));
        }
    }
    if (!fine) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static lnt_status layer_parse(lnt_layer *layer, size_t l, const json_t *object, const char *path,
                              lnt_error *error)
{
    const char *kind = json_string_value(json_object_get(object, "kind"));
    if (kind == NULL) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path, "layer %zu: expected its kind as text",
                             l);
    }
    const struct layer_format *format = find_format(kind);
    if (format == NULL) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "layer %zu: no kind of layer is called '%s'", l,
                             lnt_excerpt_of(kind).text);
    }
    *layer = format->make();
    size_t known = 1;
    for (size_t i = 0; i < N_FIELDS; i++) {
        const json_t *value = json_object_get(object, fields[i].name);
        const bool needed = fields[i].needed == NULL || fields[i].needed(layer);
        if ((format->fields & fields[i].flag) == 0 || (value == NULL && !needed)) {
            continue;
        }
        known++;
        if (!fields[i].parse(value, layer)) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, path, "layer %zu (%s): expected %s as '%s'",
                                 l, format->kind, fields[i].expected, fields[i].name);
        }
    }
    if (json_object_size(object) != known) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "layer %zu (%s): has fields that this kind of layer does not have", l,
                             format->kind);
    }
    layer->weight_init = layer->bias_init = lnt_init_zeros();
    return LNT_OK;
}

/* --- the net --- */

static const struct {
    const char *name;
    lnt_dtype dtype;
} dtypes[] = {{"F32", LNT_F32}, {"F64", LNT_F64}};

static const char *dtype_text(lnt_dtype dtype)
{
    return dtypes[dtype == LNT_F64].name;
}

static bool dtype_parse(const json_t *value, lnt_dtype *dtype)
{
    for (size_t i = 0; json_is_string(value) && i < sizeof dtypes / sizeof dtypes[0]; i++) {
        if (strcmp(dtypes[i].name, json_string_value(value)) == 0) {
            *dtype = dtypes[i].dtype;
            return true;
        }
    }
    return false;
}

static json_t *layers_json(const lnt_net *net)
{
    json_t *array = json_array();
    for (size_t l = 0; array != NULL && l < lnt_net_n_layers(net); l++) {
        if (json_array_append_new(array, layer_json(lnt_net_layer(net, l))) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

json_t *lnt_architecture_json(const lnt_net *net)
{
    json_t *root = json_object();
    if (root == NULL || !lnt_json_put(root, "dtype", json_string(dtype_text(lnt_net_dtype(net)))) ||
        !lnt_json_put(root, "inputs", json_integer((json_int_t) lnt_net_inputs(net))) ||
        !lnt_json_put(root, "seed", lnt_u64_json(lnt_net_seed(net))) ||
        !lnt_json_put(root, "layers", layers_json(net))) {
        json_decref(root);
        return NULL;
    }
    return root;
}

/* With `layers` NULL it only checks, so that a long invalid list is refused before memory is
 * allocated. */
static lnt_status parse_layers(lnt_layer *layers, const json_t *array, const char *path,
                               lnt_error *error)
{
    for (size_t l = 0; l < json_array_size(array); l++) {
        lnt_layer layer;
        LNT_TRY(layer_parse(&layer, l, json_array_get(array, l), path, error));
        if (layers != NULL) {
            layers[l] = layer;
        }
    }
    return LNT_OK;
}

lnt_status lnt_architecture_parse(lnt_net_config *config, lnt_layer **layers, const json_t *root,
                                  const char *path, const lnt_allocator *allocator,
                                  lnt_error *error)
{
    *layers = NULL;
    *config = lnt_net_defaults();
    config->allocator = allocator;
    const json_t *array = json_object_get(root, "layers");
    if (!dtype_parse(json_object_get(root, "dtype"), &config->dtype) ||
        !lnt_size_parse(json_object_get(root, "inputs"), &config->inputs) ||
        !lnt_u64_parse(json_object_get(root, "seed"), &config->seed) || !json_is_array(array) ||
        json_object_size(root) != 4) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "expected dtype, inputs, seed and layers as the description of a net");
    }
    LNT_TRY(parse_layers(NULL, array, path, error));
    config->n_layers = json_array_size(array);
    *layers = lnt_allocate(allocator, config->n_layers, sizeof **layers);
    if (*layers == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    config->layers = *layers;
    return parse_layers(*layers, array, path, error);
}
