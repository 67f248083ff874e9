/* SPDX-License-Identifier: MIT */
#include "cli/training/members.h"

#include "cli/output/memory.h"
#include "cli/output/messages.h"
#include "cli/training/net_build.h"

#include <stdlib.h>
#include <string.h>

char *lnt_cli_member_path(const char *path, size_t m, size_t n)
{
    static const char ending[] = ".safetensors";
    const size_t length = strlen(path), end = sizeof ending - 1;
    const bool ends = length >= end && strcmp(path + length - end, ending) == 0;
    const size_t room = length + 32;
    char *own = malloc(room);
    if (own != NULL && n <= 1) {
        memcpy(own, path, length + 1);
    } else if (own != NULL) {
        snprintf(own, room, "%.*s.%zu%s", (int) (ends ? length - end : length), path, m + 1,
                 ends ? ending : "");
    }
    return own;
}

char *lnt_cli_members_text(const lnt_cli_members *members)
{
    const char *first = members->count > 0 ? members->list[0].path : NULL;
    const char *last = members->count > 1 ? members->list[members->count - 1].path : NULL;
    const size_t room =
        (first != NULL ? strlen(first) : 0) + (last != NULL ? strlen(last) : 0) + sizeof " to ";
    char *text = first != NULL ? malloc(room) : NULL;
    if (text != NULL) {
        snprintf(text, room, "%s%s%s", first, last != NULL ? " to " : "", last != NULL ? last : "");
    }
    return text;
}

lnt_status lnt_cli_members_next(lnt_cli_members *members, lnt_cli_trial *trial, lnt_error *error)
{
    if (members->count == 0) {
        return LNT_OK;
    }
    const lnt_net *first = members->list[0].net;
    lnt_cli_train_settings settings = *trial->settings;
    settings.seed += members->count;
    trial->config.seed = settings.seed;
    return lnt_cli_net_build(&trial->model.net, &settings, lnt_net_inputs(first),
                             lnt_net_outputs(first), trial->rows.n_train, error);
}

static lnt_laplace_config laplace_config(const lnt_cli_trial *trial)
{
    lnt_laplace_config config = lnt_laplace_defaults();
    config.structure = (lnt_laplace_structure) (trial->settings->laplace - 1);
    config.max_bytes = (size_t) lnt_cli_memory();
    return config;
}

lnt_status lnt_cli_members_check(const lnt_cli_trial *trial, lnt_error *error)
{
    if (trial->settings->laplace == 0) {
        return LNT_OK;
    }
    if (trial->rows.streamed != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --laplace: needs all rows in memory, which are more than --memory");
    }
    const lnt_laplace_config config = laplace_config(trial);
    return lnt_laplace_supports(&config, trial->model.net, &trial->model.loss, trial->x.rows,
                                error);
}

lnt_status lnt_cli_members_laplace(lnt_cli_trial *trial, lnt_error *error)
{
    if (trial->settings->laplace == 0) {
        return LNT_OK;
    }
    const lnt_laplace_config config = laplace_config(trial);
    LNT_TRY(lnt_laplace_fit(&trial->model.laplace, trial->model.net, &trial->model.loss, &trial->x,
                            &trial->y, trial->config.weights, &config, error));
    const lnt_laplace_info *info = lnt_laplace_get_info(trial->model.laplace);
    lnt_cli_note("Laplace approximation of %zu parameters: %.1f settled by the data, prior "
                 "precision %.4g, log marginal likelihood %.6g",
                 info->parameters, info->effective, info->prior_precision, info->log_marginal);
    return LNT_OK;
}

lnt_status lnt_cli_members_keep(lnt_cli_members *members, lnt_cli_trial *trial)
{
    struct lnt_cli_member *list =
        realloc(members->list, (members->count + 1) * sizeof *members->list);
    if (list == NULL) {
        return LNT_ERR_MEMORY;
    }
    members->list = list;
    list[members->count++] =
        (struct lnt_cli_member){trial->model.net, trial->model.laplace, trial->result, NULL};
    trial->model.net = NULL;
    trial->model.laplace = NULL;
    return LNT_OK;
}

void lnt_cli_members_lend(lnt_cli_members *members, size_t m, lnt_cli_trial *trial)
{
    struct lnt_cli_member *member = &members->list[m];
    lnt_net_destroy(trial->model.net);
    lnt_laplace_destroy(trial->model.laplace);
    trial->model.net = member->net;
    trial->model.laplace = member->laplace;
    trial->result = member->result;
    member->net = NULL;
    member->laplace = NULL;
}

void lnt_cli_members_finish(lnt_cli_members *members)
{
    for (size_t m = 0; m < members->count; m++) {
        lnt_net_destroy(members->list[m].net);
        lnt_laplace_destroy(members->list[m].laplace);
        free(members->list[m].path);
    }
    free(members->list);
    *members = (lnt_cli_members){0};
}
