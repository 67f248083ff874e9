/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/run_fingerprint.h"

#include "base/settings/settings.h"

#include <linnet/checkpoint.h>
#include <linnet/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Lines are counted first and written then. */
typedef struct writer {
    char *text; /* NULL: only count */
    size_t capacity;
    size_t used;
} writer;

static void LNT_PRINTF(2, 3) line(writer *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const size_t room = w->text != NULL ? w->capacity - w->used : 0;
    const int n = vsnprintf(w->text != NULL ? w->text + w->used : NULL, room, format, arguments);
    va_end(arguments);
    w->used += n > 0 ? (size_t) n : 0;
}

static void number(writer *w, const char *key, double value)
{
    char text[LNT_FORMAT_NUMBER_LENGTH];
    line(w, "%s = %s\n", key, lnt_format_number(value, text) == LNT_OK ? text : "?");
}

static void write_layer(writer *w, const lnt_net *net, size_t i)
{
    const lnt_layer *layer = lnt_net_layer(net, i);
    const char *activation = lnt_activation_name(layer->activation);
    char alpha[LNT_FORMAT_NUMBER_LENGTH], rate[LNT_FORMAT_NUMBER_LENGTH],
        epsilon[LNT_FORMAT_NUMBER_LENGTH], momentum[LNT_FORMAT_NUMBER_LENGTH];
    if (lnt_format_number(layer->alpha, alpha) != LNT_OK ||
        lnt_format_number(layer->rate, rate) != LNT_OK ||
        lnt_format_number(layer->epsilon, epsilon) != LNT_OK ||
        lnt_format_number(layer->momentum, momentum) != LNT_OK) {
        return;
    }
    line(w, "layer %zu = %s, %zu, %s, %s, %d, %d, %s, %s, %s, %zu\n", i, lnt_layer_name(layer),
         lnt_net_layer_outputs(net, i), activation != NULL ? activation : "", alpha, layer->bias,
         layer->gain, rate, epsilon, momentum, layer->skip_depth);
}

static void write_net(writer *w, const lnt_net *net)
{
    line(w, "dtype = %s\ninputs = %zu\n", lnt_dtype_name(lnt_net_dtype(net)), lnt_net_inputs(net));
    for (size_t i = 0; i < lnt_net_n_layers(net); i++) {
        write_layer(w, net, i);
    }
}

/* The settings that the kind uses, "optim.lm.mu = 0.001" a line. */
static void write_settings(writer *w, const char *owner, const lnt_setting *settings, size_t count,
                           unsigned kind, const void *config)
{
    char value[LNT_SETTING_LENGTH];
    for (size_t i = 0; i < count; i++) {
        const bool is_used = (settings[i].kinds >> kind & 1) != 0 && !settings[i].is_limit;
        if (is_used && lnt_setting_format(&settings[i], config, value) == LNT_OK) {
            line(w, "%s%s = %s\n", owner, settings[i].name, value);
        }
    }
}

static void write_loss(writer *w, const lnt_loss *loss)
{
    size_t count;
    const lnt_setting *settings = lnt_loss_settings(&count);
    write_settings(w, "loss.", settings, count, loss->kind, loss);
    for (size_t i = 0; i < loss->n_class_weights && loss->class_weights != NULL; i++) {
        number(w, "loss.class_weights", loss->class_weights[i]);
    }
}

static void write_optim(writer *w, const lnt_optim_config *o)
{
    size_t count;
    const lnt_setting *settings = lnt_optim_settings(&count);
    write_settings(w, "optim.", settings, count, o->kind, o);
    for (size_t i = 0; i < o->n_groups; i++) {
        const lnt_optim_group *g = &o->groups[i];
        line(w, "optim.group = %zu, %zu, %u\n", g->first_layer, g->n_layers, g->roles);
        number(w, "optim.group.learning_rate", g->learning_rate);
        number(w, "optim.group.weight_decay", g->weight_decay);
        number(w, "optim.group.l1", g->l1);
        number(w, "optim.group.l2", g->l2);
    }
}

static void write_schedule(writer *w, const lnt_schedule *s)
{
    size_t count;
    const lnt_setting *settings = lnt_schedule_settings(&count);
    write_settings(w, "schedule.", settings, count, s->kind, s);
    for (size_t i = 0; s->kind == LNT_SCHEDULE_MULTI_STEP && i < s->multi_step.n_milestones; i++) {
        line(w, "schedule.multi_step.milestone = %zu\n", s->multi_step.milestones[i]);
    }
}

/* Limits of a run's length and the number of threads may change; the bits do not depend on them. */
static void write_fit(writer *w, const lnt_fit_config *config)
{
    size_t count;
    const lnt_setting *settings = lnt_fit_settings(&count);
    write_settings(w, "", settings, count, 0, config);
}

static lnt_status write_data(writer *w, const char *name, const lnt_tensor *t)
{
    char sum[LNT_CHECKSUM_LENGTH] = "0123456789abcdef";
    if (t == NULL) {
        return LNT_OK;
    }
    if (w->text != NULL) {
        LNT_TRY(lnt_tensor_checksum(t, sum));
    }
    line(w, "%s = [%zu, %zu], checksum %s\n", name, t->rows, t->cols, sum);
    return LNT_OK;
}

static lnt_status write_all(writer *w, const lnt_net *net, const lnt_fit_config *config,
                            const lnt_schedule *schedule, const lnt_tensor *x, const lnt_tensor *y,
                            const lnt_data_source *source)
{
    if (config->checkpoint.options != NULL) {
        line(w, "%s\n", config->checkpoint.options);
    }
    write_net(w, net);
    write_loss(w, &config->loss);
    write_optim(w, &config->optim);
    write_schedule(w, schedule);
    write_fit(w, config);
    if (source != NULL) {
        line(w, "source = %zu rows in blocks of %zu, %zu targets, %s\n", source->rows,
             source->block_rows, source->targets, source->in_order ? "in order" : "in any order");
    }
    LNT_TRY(write_data(w, "x", x));
    LNT_TRY(write_data(w, "y", y));
    LNT_TRY(write_data(w, "weights", config->weights));
    LNT_TRY(write_data(w, "sampling_weights", config->sampling_weights));
    LNT_TRY(write_data(w, "x_val", config->x_val));
    LNT_TRY(write_data(w, "y_val", config->y_val));
    return write_data(w, "weights_val", config->weights_val);
}

lnt_status lnt_run_fingerprint_init(lnt_run_fingerprint *text, const lnt_net *net,
                                    const lnt_fit_config *config, const lnt_schedule *schedule,
                                    const lnt_tensor *x, const lnt_tensor *y,
                                    const lnt_data_source *source)
{
    writer w = {.text = NULL};
    *text = (lnt_run_fingerprint){.allocator = config->allocator};
    LNT_TRY(write_all(&w, net, config, schedule, x, y, source));
    w.capacity = w.used + 1;
    w.used = 0;
    w.text = text->text = lnt_allocate(config->allocator, w.capacity, 1);
    return w.text != NULL ? write_all(&w, net, config, schedule, x, y, source) : LNT_ERR_MEMORY;
}

void lnt_run_fingerprint_clear(lnt_run_fingerprint *text)
{
    lnt_release(text->allocator, text->text);
    text->text = NULL;
}

static int line_length(const char *text)
{
    return (int) strcspn(text, "\n");
}

lnt_text_difference lnt_text_compare(const char *before, const char *now)
{
    while (*before != '\0' && *now != '\0') {
        const int a = line_length(before), b = line_length(now);
        if (a != b || memcmp(before, now, (size_t) a) != 0) {
            return (lnt_text_difference){before, a, now, b};
        }
        before += before[a] == '\n' ? a + 1 : a;
        now += now[b] == '\n' ? b + 1 : b;
    }
    return (lnt_text_difference){*before != '\0' ? before : NULL, line_length(before),
                                 *now != '\0' ? now : NULL, line_length(now)};
}
