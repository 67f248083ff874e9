/* SPDX-License-Identifier: MIT */
#include "support/net.h"

#include <linnet/linnet.h>
#include <stdio.h>

/* Settings by name: every one of every table can be read and written back. */

enum { ROOM = 4096 };

/* A configuration in memory of its own, with its functions. */
typedef struct subject {
    const char *name;
    const lnt_setting *(*settings)(size_t *count);
    lnt_status (*set)(void *config, const char *name, const char *value, lnt_error *error);
    lnt_status (*get)(const void *config, const char *name, char *value, lnt_error *error);
    void (*defaults)(void *config);
} subject;

#define SUBJECT(kind, type, make)                                                                  \
    static lnt_status set_##kind(void *c, const char *name, const char *value, lnt_error *error)   \
    {                                                                                              \
        return lnt_##kind##_set(c, name, value, error);                                            \
    }                                                                                              \
    static lnt_status get_##kind(const void *c, const char *name, char *value, lnt_error *error)   \
    {                                                                                              \
        return lnt_##kind##_get(c, name, value, error);                                            \
    }                                                                                              \
    static void make_##kind(void *c)                                                               \
    {                                                                                              \
        *(type *) c = make;                                                                        \
    }
SUBJECT(optim, lnt_optim_config, lnt_optim_defaults(LNT_ADAM))
SUBJECT(schedule, lnt_schedule, lnt_schedule_defaults(LNT_SCHEDULE_COSINE))
SUBJECT(loss, lnt_loss, lnt_mse(LNT_MEAN))
SUBJECT(net, lnt_net_config, lnt_net_defaults())
SUBJECT(fit, lnt_fit_config, lnt_fit_defaults())
SUBJECT(read, lnt_read_options, lnt_read_defaults())
#undef SUBJECT

static const subject subjects[] = {
    {"optim", lnt_optim_settings, set_optim, get_optim, make_optim},
    {"schedule", lnt_schedule_settings, set_schedule, get_schedule, make_schedule},
    {"loss", lnt_loss_settings, set_loss, get_loss, make_loss},
    {"net", lnt_net_settings, set_net, get_net, make_net},
    {"fit", lnt_fit_settings, set_fit, get_fit, make_fit},
    {"read", lnt_read_settings, set_read, get_read, make_read}};

enum { N_SUBJECTS = sizeof subjects / sizeof subjects[0] };

/* A value other than the one that is there, in range. */
static void another(const lnt_setting *setting, const char *now, char text[LNT_SETTING_LENGTH])
{
    const double low = setting->low;
    switch (setting->type) {
    case LNT_SETTING_BOOL:
        snprintf(text, LNT_SETTING_LENGTH, "%s", strcmp(now, "true") == 0 ? "false" : "true");
        return;
    case LNT_SETTING_CHOICE:
        snprintf(text, LNT_SETTING_LENGTH, "%s", setting->choice((int) low + 1));
        return;
    case LNT_SETTING_CHAR:
        snprintf(text, LNT_SETTING_LENGTH, "tab");
        return;
    case LNT_SETTING_REAL:
        snprintf(text, LNT_SETTING_LENGTH, "%.17g", low + 0.4375);
        return;
    default:
        snprintf(text, LNT_SETTING_LENGTH, "%.0f", low + 7);
    }
}

Test(settings, what_is_set_is_read_back)
{
    for (int s = 0; s < N_SUBJECTS; s++) {
        size_t count = 0;
        _Alignas(16) char config[ROOM], other[ROOM];
        const lnt_setting *settings = subjects[s].settings(&count);
        assert_gt(count, 2);
        cr_assert(subjects[s].settings(NULL) == settings, "%s: one table", subjects[s].name);
        for (size_t i = 0; i < count; i++) {
            char before[LNT_SETTING_LENGTH], value[LNT_SETTING_LENGTH], found[LNT_SETTING_LENGTH];
            subjects[s].defaults(config);
            subjects[s].defaults(other);
            OK(subjects[s].get(config, settings[i].name, before, NULL));
            another(&settings[i], before, value);
            OK(subjects[s].set(config, settings[i].name, value, NULL));
            OK(subjects[s].get(config, settings[i].name, found, NULL));
            assert_str_eq(found, value, "%s.%s is %s, not %s", subjects[s].name, settings[i].name,
                          found, value);
            OK(subjects[s].set(config, settings[i].name, before, NULL));
            OK(subjects[s].get(config, settings[i].name, found, NULL));
            assert_str_eq(found, before);
        }
    }
}

Test(settings, each_has_help_and_a_range_that_holds_its_default)
{
    for (int s = 0; s < N_SUBJECTS; s++) {
        size_t count = 0;
        const lnt_setting *settings = subjects[s].settings(&count);
        for (size_t i = 0; i < count; i++) {
            const lnt_setting *setting = &settings[i];
            cr_assert_not_null(setting->help, "%s.%s", subjects[s].name, setting->name);
            if (setting->initials == NULL && strcmp(setting->name, "inputs") != 0) {
                assert_ge(setting->initial, setting->low, "%s.%s", subjects[s].name, setting->name);
                assert_le(setting->initial, setting->high, "%s.%s", subjects[s].name,
                          setting->name);
            }
            if (setting->type != LNT_SETTING_BOOL) {
                cr_assert_not_null(setting->value, "%s.%s", subjects[s].name, setting->name);
            }
        }
    }
}

Test(settings, what_is_wrong_is_named)
{
    static const struct {
        const char *name;
        const char *value;
        const char *sentence;
    } rows[] = {
        {"lm.mu", "0", "optim.lm.mu is '0', expected a finite number above 0"},
        {"lm.mu", "many", "optim.lm.mu is 'many', expected a finite number above 0"},
        {"lm.mu", "", "optim.lm.mu is '', expected a finite number above 0"},
        {"lm.mu", "nan", "optim.lm.mu is 'nan', expected a finite number above 0"},
        {"lm.mu", "1e-3x", "optim.lm.mu is '1e-3x', expected a finite number above 0"},
        {"muon.ns_steps", "101",
         "optim.muon.ns_steps is '101', expected a whole number from 1 to 100"},
        {"muon.ns_steps", "-1",
         "optim.muon.ns_steps is '-1', expected a whole number from 1 to 100"},
        {"muon.ns_steps", "2.5",
         "optim.muon.ns_steps is '2.5', expected a whole number from 1 to 100"},
        {"sgd.nesterov", "perhaps", "optim.sgd.nesterov is 'perhaps', expected true or false"},
        {"lm.system", "dua", "optim.lm.system is 'dua', expected one of auto, normal, dual"},
        {"lm.mu_down", "1",
         "there is no setting 'optim.lm.mu_down'; did you mean 'optim.lm.mu_dec'?"},
        {"\x1b[31m", "1", "there is no setting 'optim.\\x1b[31m'"}};
    lnt_optim_config config = lnt_optim_defaults(LNT_LM);
    const lnt_optim_config before = config;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lnt_error error = {LNT_OK, ""};
        FAILS(LNT_ERR_INVALID, lnt_optim_set(&config, rows[i].name, rows[i].value, &error));
        assert_str_eq(error.message, rows[i].sentence);
        FAILS(LNT_ERR_INVALID, lnt_optim_set(&config, rows[i].name, rows[i].value, NULL));
        assert_bytes_eq(&config, &before, sizeof config);
    }
    char value[LNT_SETTING_LENGTH];
    FAILS(LNT_ERR_INVALID, lnt_optim_get(&config, "lm", value, NULL));
    FAILS(LNT_ERR_NULL, lnt_optim_set(NULL, "lm.mu", "1", NULL));
    FAILS(LNT_ERR_NULL, lnt_optim_set(&config, NULL, "1", NULL));
    FAILS(LNT_ERR_NULL, lnt_optim_set(&config, "lm.mu", NULL, NULL));
    FAILS(LNT_ERR_NULL, lnt_optim_get(NULL, "lm.mu", value, NULL));
    FAILS(LNT_ERR_NULL, lnt_optim_get(&config, NULL, value, NULL));
    FAILS(LNT_ERR_NULL, lnt_optim_get(&config, "lm.mu", NULL, NULL));
    FAILS(LNT_ERR_NULL, lnt_fit_set(NULL, "epochs", "1", NULL));
    FAILS(LNT_ERR_NULL, lnt_fit_set(NULL, NULL, NULL, NULL));
}

Test(settings, a_fit_has_those_of_its_parts)
{
    lnt_fit_config fit = lnt_fit_defaults();
    char value[LNT_SETTING_LENGTH];
    OK(lnt_fit_set(&fit, "epochs", "7", NULL));
    OK(lnt_fit_set(&fit, "optim.lm.mu", "0.5", NULL));
    OK(lnt_fit_set(&fit, "schedule.kind", "one_cycle", NULL));
    OK(lnt_fit_set(&fit, "loss.delta", "2", NULL));
    OK(lnt_fit_set(&fit, "seed", "18446744073709551615", NULL));
    assert_eq(fit.epochs, 7);
    assert_eq(fit.optim.lm.mu, 0.5);
    assert_eq(fit.schedule.kind, LNT_SCHEDULE_ONE_CYCLE);
    assert_eq(fit.loss.delta, 2);
    assert_eq(fit.seed, UINT64_MAX);
    OK(lnt_fit_get(&fit, "optim.lm.mu", value, NULL));
    assert_str_eq(value, "0.5");
    OK(lnt_fit_get(&fit, "schedule.kind", value, NULL));
    assert_str_eq(value, "one_cycle");
    OK(lnt_fit_get(&fit, "loss.delta", value, NULL));
    assert_str_eq(value, "2");
    OK(lnt_fit_get(&fit, "seed", value, NULL));
    assert_str_eq(value, "18446744073709551615");
}
