/* SPDX-License-Identifier: MIT */
#include "net/pass_shards.h"

#include "base/ignore_status.h"
#include "loss/loss.h"
#include "net/net.h"
#include "tensor/sums/totals.h"

/* What a shard may take of the second cache, and the gradients of a group likewise. */
#define SHARD_BYTES ((size_t) 96 << 10)
#define GROUP_BYTES ((size_t) 128 << 10)

/*
 * Rows of whole tiles, whatever their height, and fewer rows are no shard; and shards of a group
 * whose gradients are added up before they go to totals in double, so that no digits are lost.
 */
enum { UNIT = 48, FOLD = 32 };

static size_t size_of(const lnt_net *net)
{
    return lnt_dtype_size(net->dtype);
}

/* Whether rows are apart in all layers, and each adds to gradients. */
static bool can_be_cut(const lnt_net *net)
{
    for (size_t l = 0; l < net->n_layers; l++) {
        if (net->layers[l].kind->share_backward == NULL || net->comes_back[l]) {
            return false;
        }
    }
    return true;
}

static size_t widest(const lnt_net *net)
{
    size_t width = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        width = net->widths[l + 1] > width ? net->widths[l + 1] : width;
    }
    return width;
}

size_t lnt_shard_rows(const lnt_net *net, const lnt_pass_config *config)
{
    if (config->mode != LNT_TRAINING || config->input_gradient || !can_be_cut(net) ||
        net->n_parameters > GROUP_BYTES / size_of(net)) {
        return 0;
    }
    size_t numbers = net->widths[0];
    for (size_t l = 0; l < net->n_layers; l++) {
        numbers += net->widths[l + 1] + net->cache_cols[l];
    }
    const size_t rows = SHARD_BYTES / ((numbers + 2 * widest(net)) * size_of(net)) / UNIT * UNIT;
    return rows > 0 && rows <= config->max_rows / 2 ? rows : 0;
}

/* Whether groups may have so many shards that they need totals. */
static bool may_fold(size_t rows, const lnt_pass_config *config)
{
    return rows > 0 && config->max_rows / rows / LNT_SHARD_GROUPS >= FOLD;
}

void lnt_shards_place(lnt_arena *arena, const lnt_net *net, const lnt_pass_config *config,
                      lnt_shards *shards)
{
    const size_t threads = config->threads > 1 ? config->threads : 1;
    const size_t rows = lnt_shard_rows(net, config);
    if (rows == 0) {
        return;
    }
    lnt_layer_run *runs = lnt_arena_take(arena, threads * net->n_layers, sizeof *runs);
    lnt_tensor *gradients = lnt_arena_take(arena, threads * net->n_tensors, sizeof *gradients);
    for (size_t i = 0; i < threads * net->n_layers; i++) {
        void *plan = lnt_arena_take(arena, net->layers[i % net->n_layers].kind->plan_size, 1);
        if (runs != NULL) {
            runs[i].plan = plan;
        }
    }
    for (size_t g = 1; g < LNT_SHARD_GROUPS; g++) {
        void *sums = lnt_arena_take(arena, net->n_parameters, size_of(net));
        if (shards != NULL) {
            shards->gradients[g] = sums;
        }
    }
    for (size_t g = 0; g < LNT_SHARD_GROUPS && may_fold(rows, config); g++) {
        double *totals = lnt_arena_take(arena, net->n_parameters, sizeof *totals);
        if (shards != NULL) {
            shards->totals[g] = totals;
        }
    }
    if (shards != NULL) {
        shards->rows = rows;
        shards->delta_bytes = shards->rows * widest(net) * size_of(net);
        shards->runs = runs;
        shards->views = gradients;
    }
}

bool lnt_shards_apply(const lnt_pass *pass, const lnt_loss *loss)
{
    return pass->shards.rows > 0 && pass->x.rows >= 2 * pass->shards.rows && loss != NULL &&
           loss->kind != LNT_LOSS_CUSTOM;
}

/* --- a member's work --- */

static size_t shards_of(const lnt_pass *pass)
{
    return (pass->x.rows + pass->shards.rows - 1) / pass->shards.rows;
}

static size_t groups_of(const lnt_pass *pass)
{
    const size_t shards = shards_of(pass);
    return shards < LNT_SHARD_GROUPS ? shards : LNT_SHARD_GROUPS;
}

static void *offset(const lnt_tensor *t, void *data, size_t row)
{
    return (char *) data + (ptrdiff_t) row * t->row_stride * (ptrdiff_t) lnt_dtype_size(t->dtype);
}

/* Rows [first, first + rows) of a view. */
static lnt_tensor rows_of(const lnt_tensor *t, size_t first, size_t rows)
{
    lnt_tensor part = *t;
    part.data = t->data != NULL ? offset(t, t->data, first) : NULL;
    part.rows = rows;
    return part;
}

/* Deltas are forgotten with the shard: those of a member are always in the same place. */
static lnt_tensor delta_of(const lnt_pass *pass, const lnt_tensor *t, size_t member, size_t rows)
{
    lnt_tensor part = *t;
    part.data = t->data != NULL ? (char *) t->data + member * pass->shards.delta_bytes : NULL;
    part.rows = rows;
    return part;
}

/* The member's own runs, set for one shard. */
static void bind_shard(const lnt_shard_call *c, size_t member, size_t first, size_t rows, bool adds)
{
    const lnt_pass *pass = c->pass;
    const lnt_net *net = c->net;
    lnt_layer_run *runs = pass->shards.runs + member * net->n_layers;
    for (size_t l = 0; l < net->n_layers; l++) {
        void *const plan = runs[l].plan;
        const lnt_layer_run *whole = &pass->runs[l];
        runs[l] = *whole;
        runs[l].plan = plan;
        runs[l].adds = adds;
        runs[l].x = rows_of(&whole->x, first, rows);
        runs[l].y = rows_of(&whole->y, first, rows);
        runs[l].cache = rows_of(&whole->cache, first, rows);
        runs[l].dy = delta_of(pass, &whole->dy, member, rows);
        runs[l].dx = delta_of(pass, &whole->dx, member, rows);
        runs[l].gradients = pass->shards.views + member * net->n_tensors + net->first_tensor[l];
        net->layers[l].kind->bind(&net->layers[l], &runs[l]);
    }
}

/* Forward, loss and back; returns the loss's sum. */
static double run_shard(const lnt_shard_call *c, size_t member, size_t first, size_t rows,
                        const lnt_member *alone)
{
    const lnt_net *net = c->net;
    lnt_layer_run *runs = c->pass->shards.runs + member * net->n_layers;
    for (size_t l = 0; l < net->n_layers; l++) {
        net->layers[l].kind->share_forward(&net->layers[l], &runs[l], alone);
    }
    const lnt_layer_run *last = &runs[net->n_layers - 1];
    const lnt_tensor target = rows_of(c->target, first, rows);
    lnt_tensor weights = {.data = NULL};
    if (c->weights != NULL) {
        weights = rows_of(c->weights, first, rows);
    }
    const double sum = lnt_loss_part(c->loss, &last->y, &target,
                                     c->weights != NULL ? &weights : NULL, c->divisor, &last->dy);
    for (size_t l = net->n_layers; l-- > 0;) {
        net->layers[l].kind->share_backward(&net->layers[l], &runs[l], alone);
    }
    return sum;
}

static void *gradients_of(const lnt_pass *pass, size_t group)
{
    return group == 0 ? pass->flat_gradients : pass->shards.gradients[group];
}

static void fold(const lnt_pass *pass, size_t group, bool first)
{
    lnt_totals_add(pass->dtype, pass->n_parameters, gradients_of(pass, group), first,
                   pass->shards.totals[group]);
}

static void run_group(const lnt_shard_call *c, size_t group, const lnt_member *member)
{
    lnt_pass *pass = c->pass;
    const size_t index = member->share.index, shard_rows = pass->shards.rows;
    const size_t begin = shards_of(pass) * group / groups_of(pass);
    const size_t end = shards_of(pass) * (group + 1) / groups_of(pass);
    const lnt_member alone = {.share = {0, 1}, .scratch = member->scratch};
    for (size_t i = 0; i < pass->n_tensors; i++) {
        pass->shards.views[index * pass->n_tensors + i] =
            lnt_net_view(c->net, i, gradients_of(pass, group));
    }
    double sum = 0;
    size_t folded = begin; /* shards before it are in the totals */
    for (size_t s = begin; s < end; s++) {
        const size_t first = s * shard_rows, left = pass->x.rows - first;
        const size_t rows = left < shard_rows ? left : shard_rows;
        if (s - folded == FOLD) {
            fold(pass, group, folded == begin);
            folded = s;
        }
        bind_shard(c, index, first, rows, s > folded);
        sum += run_shard(c, index, first, rows, &alone);
    }
    if (folded > begin) {
        lnt_totals_store(pass->dtype, pass->n_parameters, pass->shards.totals[group], true,
                         gradients_of(pass, group));
    }
    pass->shards.values[group] = sum;
}

/* The member's share of the sum over groups, in their order. */
static void add_groups(const lnt_pass *pass, lnt_share share)
{
    enum { PIECE = 1024 };
    size_t first;
    const size_t count = lnt_share_of(share, pass->n_parameters, PIECE, &first);
    const size_t offset_bytes = first * lnt_dtype_size(pass->dtype);
    lnt_tensor sum =
        lnt_tensor_view(pass->dtype, (char *) pass->flat_gradients + offset_bytes, 1, count);
    for (size_t g = 1; count > 0 && g < groups_of(pass); g++) {
        const lnt_tensor part = lnt_tensor_view(
            pass->dtype, (char *) pass->shards.gradients[g] + offset_bytes, 1, count);
        lnt_ignore_status(lnt_axpy(1, &part, &sum)); /* of one shape and apart */
    }
}

void lnt_shards_run(void *call, const lnt_member *member)
{
    const lnt_shard_call *c = call;
    for (size_t g = member->share.index; g < groups_of(c->pass); g += member->share.size) {
        run_group(c, g, member);
    }
    lnt_pass_meet(member);
    add_groups(c->pass, member->share);
}

double lnt_shards_value(const lnt_shard_call *call)
{
    double sum = 0;
    for (size_t g = 0; g < groups_of(call->pass); g++) {
        sum += call->pass->shards.values[g];
    }
    return lnt_loss_end(call->loss, sum, call->divisor);
}
