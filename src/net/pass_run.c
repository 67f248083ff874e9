/* SPDX-License-Identifier: MIT */
#include "net/net.h"
#include "net/pass.h"

/*
 * Layers in turn. Members of a team share out what can be shared; the rest is the first one's, and
 * the others wait. What a layer writes is complete before the next one begins. After a failure the
 * rest is run on what there is, so that all members go the same way.
 */

void lnt_pass_meet(const lnt_member *member)
{
    if (member->team != NULL) {
        lnt_team_meet(member->team);
    }
}

void lnt_pass_run_forward(lnt_pass *pass, const lnt_net *net, const lnt_member *member)
{
    const unsigned index = member->share.index;
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        lnt_layer_run *run = &pass->runs[l];
        if (layer->kind->share_forward != NULL) {
            layer->kind->share_forward(layer, run, member);
        } else if (index == 0 && pass->status == LNT_OK) {
            pass->status = layer->kind->forward(layer, run);
        }
        lnt_pass_meet(member);
    }
}

/* Residual layers kept dL/dy for the input of their group: now that it is reached, it is added. */
static lnt_status add_skips(const lnt_pass *pass, const lnt_net *net, size_t l, lnt_tensor *dx)
{
    for (size_t k = l + 1; k < net->n_layers; k++) {
        if (net->layers[k].kind->has_span && k - net->layers[k].skip_depth == l) {
            const lnt_tensor skip =
                lnt_tensor_view(pass->dtype, pass->skips[k], dx->rows, dx->cols);
            LNT_TRY(lnt_axpy(1, &skip, dx));
        }
    }
    return LNT_OK;
}

/* What the first member does before and behind a layer that others share in. */
static lnt_status keep_skip(const lnt_pass *pass, size_t l)
{
    const lnt_layer_run *run = &pass->runs[l];
    if (pass->skips[l] == NULL) {
        return LNT_OK;
    }
    lnt_tensor skip = lnt_tensor_view(pass->dtype, pass->skips[l], run->dy.rows, run->dy.cols);
    return lnt_copy(&run->dy, &skip);
}

static lnt_status run_alone(lnt_pass *pass, const lnt_net *net, size_t l)
{
    LNT_TRY(keep_skip(pass, l));
    return net->layers[l].kind->backward(&net->layers[l], &pass->runs[l]);
}

void lnt_pass_run_backward(lnt_pass *pass, const lnt_net *net, const lnt_member *member)
{
    const unsigned index = member->share.index;
    for (size_t l = net->n_layers; l-- > 0;) {
        const lnt_layer *layer = &net->layers[l];
        lnt_layer_run *run = &pass->runs[l];
        if (layer->kind->share_backward != NULL) {
            layer->kind->share_backward(layer, run, member);
        } else if (index == 0 && pass->status == LNT_OK) {
            pass->status = run_alone(pass, net, l);
        }
        if (l > 0 || net->comes_back[l]) { /* else the job ends here */
            lnt_pass_meet(member);
        }
        if (net->comes_back[l] && run->need_dx) {
            if (index == 0 && pass->status == LNT_OK) {
                pass->status = add_skips(pass, net, l, &run->dx);
            }
            lnt_pass_meet(member);
        }
    }
}

/* --- the team --- */

/*
 * Multiplications from one meeting to the next that gain more by being shared than the meeting, and
 * the data that threads take over from each other, cost.
 */
#define WORTH_A_TEAM 5e5

typedef struct shared_job {
    lnt_pass *pass;
    lnt_pass_job *job;
    void *context;
} shared_job;

static void run_member(void *context, unsigned index)
{
    const shared_job *shared = context;
    shared->job(shared->context, &shared->pass->members[index]);
}

void lnt_pass_share(lnt_pass *pass, double work, lnt_pass_job *job, void *context)
{
    if (pass->team == NULL || work < WORTH_A_TEAM) {
        job(context, &pass->alone);
    } else {
        lnt_team_run(pass->team, run_member, &(shared_job){pass, job, context});
    }
}

lnt_status lnt_pass_check_process(const lnt_pass *pass)
{
    return pass->team == NULL || lnt_team_has_workers(pass->team) ? LNT_OK : LNT_ERR_THREADS;
}

lnt_tensor *lnt_pass_top(lnt_pass *pass)
{
    return &pass->runs[pass->n_layers - 1].dy;
}
