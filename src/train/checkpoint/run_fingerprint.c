/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/run_fingerprint.h"

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

static void write_loss(writer *w, const lnt_loss *loss)
{
    line(w, "loss = %s, %d, %d\n", lnt_loss_name(loss->kind), (int) loss->value_reduction,
         (int) loss->gradient_reduction);
    number(w, "loss delta", loss->delta);
    number(w, "loss quantile", loss->quantile);
    number(w, "label smoothing", loss->label_smoothing);
    number(w, "loss epsilon", loss->epsilon);
    for (size_t i = 0; i < loss->n_class_weights && loss->class_weights != NULL; i++) {
        number(w, "class weight", loss->class_weights[i]);
    }
}

static void write_later_methods(writer *w, const lnt_optim_config *o)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"precondition period", (double) o->precondition_period},
        {"memory", (double) o->memory},
        {"wolfe decrease", o->wolfe_decrease},
        {"wolfe slope", o->wolfe_slope},
        {"searches", (double) o->searches},
        {"form", o->form},
        {"mu", o->mu},
        {"mu up", o->mu_up},
        {"mu down", o->mu_down},
        {"mu most", o->mu_most},
        {"bayesian", o->bayesian},
        {"factor decay", o->factor_decay},
        {"damping", o->damping},
        {"inverse period", (double) o->inverse_period},
        {"kl clip", o->kl_clip},
        {"optim seed", (double) o->seed},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        number(w, numbers[i].key, numbers[i].value);
    }
}

static void write_optim(writer *w, const lnt_optim_config *o)
{
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"learning rate", o->learning_rate},
        {"momentum", o->momentum},
        {"dampening", o->dampening},
        {"nesterov", o->nesterov},
        {"rho", o->rho},
        {"centered", o->centered},
        {"beta1", o->beta1},
        {"beta2", o->beta2},
        {"epsilon", o->epsilon},
        {"momentum decay", o->momentum_decay},
        {"rate decay", o->rate_decay},
        {"rprop shrink", o->rprop_shrink},
        {"rprop grow", o->rprop_grow},
        {"rprop least", o->rprop_least},
        {"rprop most", o->rprop_most},
        {"muon iterations", (double) o->muon_iterations},
        {"adam rate", o->adam_rate},
        {"accumulate", o->accumulate > 1 ? (double) o->accumulate : 1},
        {"clip value", o->clip_value},
        {"clip norm", o->clip_norm},
        {"l1", o->l1},
        {"l2", o->l2},
        {"weight decay", o->weight_decay},
        {"decay all", o->decay_all},
        {"ema decay", o->ema_decay},
    };
    line(w, "optimizer = %s\n", lnt_optim_name(o->kind));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        number(w, numbers[i].key, numbers[i].value);
    }
    if (o->kind > LNT_MUON) { /* texts of the methods before have no such lines */
        write_later_methods(w, o);
    }
    for (size_t i = 0; i < o->n_groups; i++) {
        const lnt_optim_group *g = &o->groups[i];
        line(w, "group = %zu, %zu, %u\n", g->first_layer, g->n_layers, g->roles);
        number(w, "group learning rate", g->learning_rate);
        number(w, "group weight decay", g->weight_decay);
        number(w, "group l1", g->l1);
        number(w, "group l2", g->l2);
    }
}

/* Fields that a kind does not read do no harm: they are the same in both runs, or were changed. */
static void write_schedule(writer *w, const lnt_schedule *s)
{
    line(w, "schedule = %s, %s\n", lnt_schedule_name(s->kind), s->per_step ? "steps" : "epochs");
    for (size_t i = 0; s->kind == LNT_SCHEDULE_MULTI_STEP && i < s->n_milestones; i++) {
        line(w, "milestone = %zu\n", s->milestones[i]);
    }
    const struct {
        const char *key;
        double value;
    } numbers[] = {
        {"schedule factor", s->factor},
        {"schedule period", (double) s->period},
        {"schedule total", (double) s->total},
        {"schedule power", s->power},
        {"schedule least", s->least},
        {"schedule cycle factor", (double) s->cycle_factor},
        {"schedule rise", s->rise},
        {"schedule start factor", s->start_factor},
        {"schedule end factor", s->end_factor},
        {"schedule cycle momentum", s->cycle_momentum},
        {"schedule momentum high", s->momentum_high},
        {"schedule momentum low", s->momentum_low},
        {"schedule patience", (double) s->patience},
        {"schedule cooldown", (double) s->cooldown},
        {"schedule threshold", s->threshold},
        {"schedule absolute", s->absolute},
        {"schedule least change", s->least_change},
        {"warmup", (double) s->warmup},
        {"warmup start", s->warmup_start},
    };
    for (size_t i = 0; s->kind != LNT_SCHEDULE_CONSTANT && i < sizeof numbers / sizeof numbers[0];
         i++) {
        number(w, numbers[i].key, numbers[i].value);
    }
}

static void write_settings(writer *w, const lnt_fit_config *c)
{
    line(w, "batch rows = %zu\nshuffle = %d\nseed = %llu\n", c->batch_rows, c->shuffle,
         (unsigned long long) c->seed);
    line(w, "sampling = %d\nmonitor = %s\npatience = %zu\nrestore best = %d\ntop k = %zu\n",
         (int) c->sampling, lnt_metric_name(c->monitor), c->patience, c->restore_best, c->top_k);
    line(w, "products = %d\n", (int) c->gemm);
    number(w, "min delta", c->min_delta);
    number(w, "validation fraction", c->validation_fraction);
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
    write_settings(w, config);
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

lnt_status lnt_run_text_init(lnt_run_text *text, const lnt_net *net, const lnt_fit_config *config,
                             const lnt_schedule *schedule, const lnt_tensor *x, const lnt_tensor *y,
                             const lnt_data_source *source)
{
    writer w = {.text = NULL};
    *text = (lnt_run_text){.allocator = config->allocator};
    LNT_TRY(write_all(&w, net, config, schedule, x, y, source));
    w.capacity = w.used + 1;
    w.used = 0;
    w.text = text->text = lnt_allocate(config->allocator, w.capacity, 1);
    return w.text != NULL ? write_all(&w, net, config, schedule, x, y, source) : LNT_ERR_MEMORY;
}

void lnt_run_text_finish(lnt_run_text *text)
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
