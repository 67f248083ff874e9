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

lnt_status lnt_cli_members_next(lnt_cli_members *members, lnt_cli_training_run *run,
                                lnt_error *error)
{
    if (members->count == 0) {
        return LNT_OK;
    }
    const lnt_net *first = members->list[0].net;
    lnt_cli_train_settings settings = *run->settings;
    settings.seed += members->count;
    run->config.seed = settings.seed;
    return lnt_cli_net_build(&run->model.net, &settings, lnt_net_inputs(first),
                             lnt_net_outputs(first), run->rows.n_train, error);
}

static lnt_laplace_config laplace_config(const lnt_cli_training_run *run)
{
    lnt_laplace_config config = lnt_laplace_defaults();
    config.structure = (lnt_laplace_structure) (run->settings->laplace - 1);
    config.max_bytes = (size_t) lnt_cli_memory();
    return config;
}

lnt_status lnt_cli_members_check(const lnt_cli_training_run *run, lnt_error *error)
{
    if (run->settings->laplace == 0) {
        return LNT_OK;
    }
    if (run->rows.streamed != NULL) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "option --laplace: needs all rows in memory, which are larger than --memory");
    }
    const lnt_laplace_config config = laplace_config(run);
    return lnt_laplace_supports(&config, run->model.net, &run->model.loss, run->x.rows, error);
}

lnt_status lnt_cli_members_laplace(lnt_cli_training_run *run, lnt_error *error)
{
    if (run->settings->laplace == 0) {
        return LNT_OK;
    }
    const lnt_laplace_config config = laplace_config(run);
    LNT_TRY(lnt_laplace_fit(&run->model.laplace, run->model.net, &run->model.loss, &run->x, &run->y,
                            run->config.weights, &config, error));
    const lnt_laplace_info *info = lnt_laplace_get_info(run->model.laplace);
    lnt_cli_log("Laplace approximation of %zu parameters: %.1f well determined by the data, prior "
                "precision %.4g, log marginal likelihood %.6g",
                info->parameters, info->effective, info->prior_precision, info->log_marginal);
    return LNT_OK;
}

lnt_status lnt_cli_members_keep(lnt_cli_members *members, lnt_cli_training_run *run)
{
    struct lnt_cli_member *list =
        realloc(members->list, (members->count + 1) * sizeof *members->list);
    if (list == NULL) {
        return LNT_ERR_MEMORY;
    }
    members->list = list;
    list[members->count++] =
        (struct lnt_cli_member){run->model.net, run->model.laplace, run->result, NULL};
    run->model.net = NULL;
    run->model.laplace = NULL;
    return LNT_OK;
}

void lnt_cli_members_lend(lnt_cli_members *members, size_t m, lnt_cli_training_run *run)
{
    struct lnt_cli_member *member = &members->list[m];
    lnt_net_destroy(run->model.net);
    lnt_laplace_destroy(run->model.laplace);
    run->model.net = member->net;
    run->model.laplace = member->laplace;
    run->result = member->result;
    member->net = NULL;
    member->laplace = NULL;
}

void lnt_cli_members_clear(lnt_cli_members *members)
{
    for (size_t m = 0; m < members->count; m++) {
        lnt_net_destroy(members->list[m].net);
        lnt_laplace_destroy(members->list[m].laplace);
        free(members->list[m].path);
    }
    free(members->list);
    *members = (lnt_cli_members){0};
}
