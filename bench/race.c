/* SPDX-License-Identifier: MIT */
/*
 * Optimisers raced to a loss: runs of lnt_fit from the same initial parameters on the same data, in
 * turns, seed by seed. The loss is that of all the data, found beside the clock at the end of an
 * epoch; a run ends at the goal, when its time is over, or when its method finds no further step.
 */
#include "problems.h"
#include "program.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* How a method is run: on all rows at once, on the problem's batch, or on one of its own. */
enum { WHOLE = 0, PARTS = 1 };

typedef struct method {
    const char *name;
    lnt_optim_kind kind;
    size_t batch; /* rows; or one of the above */
    double rate;  /* 0: the method's own */
} method;

static const method methods[] = {
    {.name = "lm", .kind = LNT_LM, .batch = WHOLE},
    {.name = "lm-parts", .kind = LNT_LM, .batch = 256},
    {.name = "kfac", .kind = LNT_KFAC, .batch = WHOLE},
    {.name = "kfac-parts", .kind = LNT_KFAC, .batch = PARTS},
    {.name = "lbfgs", .kind = LNT_LBFGS, .batch = WHOLE},
    {.name = "scg", .kind = LNT_SCG, .batch = WHOLE},
    {.name = "rprop", .kind = LNT_RPROP, .batch = WHOLE, .rate = 0.01},
    {.name = "soap", .kind = LNT_SOAP, .batch = PARTS},
    {.name = "muon", .kind = LNT_MUON, .batch = PARTS},
    {.name = "adam", .kind = LNT_ADAM, .batch = PARTS, .rate = 0.003},
};

/* A method that needs more for a problem does not take it. */
#define MOST_BYTES ((size_t) 1 << 30)

enum { N_METHODS = sizeof methods / sizeof methods[0], MOST_POINTS = 400, MOST_TRIALS = 100 };

/* A run, as it goes on. */
typedef struct run {
    lnt_net *net;
    lnt_pass *judge; /* of all the data */
    const lnt_tensor *x, *y;
    double goal, seconds;
    double away;    /* seconds that judging took */
    double reached; /* NAN: not yet */
    double loss;
    size_t epochs;
    size_t n_points;
    double times[MOST_POINTS], losses[MOST_POINTS];
    double next; /* time of the next point of the curve */
} run;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static double judge(const run *r, const lnt_net *net)
{
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    double value = NAN;
    lnt_bench_check(lnt_pass_forward(r->judge, net, r->x, NULL), "judging");
    lnt_bench_check(lnt_pass_loss(r->judge, &loss, r->y, NULL, &value), "judging");
    return value;
}

/* Points lie closer at first, where curves fall steeply; the last is always there. */
static void note(run *r, double seconds, bool last)
{
    if ((seconds >= r->next || last) && r->n_points < MOST_POINTS) {
        r->times[r->n_points] = seconds;
        r->losses[r->n_points++] = r->loss;
        r->next = fmax(seconds * 1.02, seconds + r->seconds * 1e-4);
    }
}

static bool look(const lnt_fit_progress *progress, void *context)
{
    run *r = context;
    if (!progress->epoch_end) {
        return progress->seconds - r->away < r->seconds;
    }
    const double seconds = progress->seconds - r->away, begun = now();
    r->loss = judge(r, progress->net);
    r->epochs = progress->epoch;
    const bool there = r->loss <= r->goal;
    if (there) {
        r->reached = seconds;
    }
    const bool over = there || seconds >= r->seconds;
    note(r, seconds, over);
    r->away += now() - begun;
    return !over;
}

static lnt_fit_config settings(const method *m, const lnt_bench_problem *problem, const run *r,
                               unsigned seed)
{
    lnt_fit_config fit = lnt_fit_defaults();
    const size_t parts = m->batch == PARTS ? problem->batch : m->batch;
    fit.epochs = 100000000;
    fit.batch_rows = m->batch == WHOLE || parts > r->x->rows ? r->x->rows : parts;
    fit.seed = seed;
    fit.optim = lnt_optim_defaults(m->kind);
    fit.optim.seed = seed;
    fit.optim.max_bytes = MOST_BYTES;
    if (m->rate > 0) {
        fit.optim.learning_rate = m->rate;
    }
    return fit;
}

/* One run; whether the method takes the problem. */
static bool race(const method *m, const lnt_bench_problem *problem, const lnt_tensor *x,
                 const lnt_tensor *y, double seconds, unsigned seed, run *r)
{
    *r = (run){.net = lnt_bench_problem_net(problem, x->dtype, seed),
               .x = x,
               .y = y,
               .goal = problem->goal,
               .seconds = seconds,
               .reached = NAN};
    lnt_pass_config pass = lnt_pass_defaults();
    pass.max_rows = x->rows;
    pass.mode = LNT_INFERENCE;
    lnt_bench_check(lnt_pass_create(&r->judge, r->net, &pass), "judging");
    lnt_fit_config fit = settings(m, problem, r, seed);
    fit.callback = look;
    fit.callback_context = r;
    lnt_fit_result result;
    lnt_error error;
    const lnt_status status = lnt_fit(r->net, x, y, &fit, &result, &error);
    if (status != LNT_OK && status != LNT_ERR_NONFINITE) {
        printf("%-12s %s\n", m->name, error.message);
    }
    lnt_pass_destroy(r->judge);
    lnt_net_destroy(r->net);
    return status == LNT_OK || status == LNT_ERR_NONFINITE;
}

/* --- figures --- */

typedef struct figures {
    size_t trials, reached;
    double times[MOST_TRIALS]; /* to the goal */
    double losses[MOST_TRIALS];
    size_t epochs[MOST_TRIALS];
    json_t *curves;
} figures;

static json_t *curve_of(const run *r)
{
    json_t *times = json_array(), *losses = json_array();
    for (size_t i = 0; i < r->n_points; i++) {
        json_array_append_new(times, json_real(r->times[i]));
        json_array_append_new(losses, json_real(isfinite(r->losses[i]) ? r->losses[i] : 1e300));
    }
    return json_pack("{s:o, s:o}", "seconds", times, "loss", losses);
}

static void add(figures *f, const run *r)
{
    if (isfinite(r->reached)) {
        f->times[f->reached++] = r->reached;
    }
    f->losses[f->trials] = isfinite(r->loss) ? r->loss : 1e300;
    f->epochs[f->trials++] = r->epochs;
    json_array_append_new(f->curves, curve_of(r));
}

static void print(lnt_bench *bench, const lnt_bench_problem *problem, const method *m, figures *f,
                  lnt_dtype dtype)
{
    char text[3][16] = {"-", "-", "-"};
    const lnt_bench_spread losses = lnt_bench_spread_of(f->losses, f->trials);
    json_t *times = json_null();
    if (f->reached > 0) {
        const lnt_bench_spread spread = lnt_bench_spread_of(f->times, f->reached);
        lnt_bench_time(spread.median, text[0]);
        lnt_bench_time(spread.low, text[1]);
        lnt_bench_time(spread.high, text[2]);
        times = lnt_bench_json(&spread, 1);
    }
    printf("%-12s %4s %4zu of %-3zu  %9s %9s %9s  %10.3g %10.3g %9zu\n", m->name,
           lnt_dtype_name(dtype), f->reached, f->trials, text[0], text[1], text[2], losses.median,
           losses.least, f->epochs[0]);
    lnt_bench_add(bench, json_pack("{s:s, s:s, s:s, s:i, s:i, s:f, s:o, s:o, s:o}", "problem",
                                   problem->name, "method", m->name, "dtype", lnt_dtype_name(dtype),
                                   "trials", (int) f->trials, "reached", (int) f->reached, "goal",
                                   problem->goal, "seconds_to_goal", times, "loss",
                                   lnt_bench_json(&losses, 1), "curves", f->curves));
}

/* --- the choice --- */

typedef struct choice {
    const char *problem, *list, *digits, *dump;
    int seeds, first;
    double seconds;
} choice;

static bool is_in(const char *name, const char *list)
{
    const size_t length = strlen(name);
    for (const char *at = list; at != NULL && *at != '\0'; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static void measure(lnt_bench *bench, const choice *c, const lnt_bench_problem *problem,
                    lnt_dtype dtype)
{
    static figures all[N_METHODS];
    static run r;
    memset(all, 0, sizeof all);
    for (size_t i = 0; i < N_METHODS; i++) {
        all[i].curves = json_array();
    }
    for (unsigned seed = (unsigned) c->first; seed < (unsigned) (c->first + c->seeds); seed++) {
        lnt_tensor x, y;
        lnt_bench_make_problem(problem, c->digits, dtype, seed, &x, &y);
        for (size_t i = 0; i < N_METHODS; i++) {
            const double seconds = c->seconds > 0 ? c->seconds : problem->seconds;
            if ((c->list == NULL || is_in(methods[i].name, c->list)) &&
                race(&methods[i], problem, &x, &y, seconds, seed, &r)) {
                add(&all[i], &r);
            }
        }
        lnt_release(NULL, x.data);
        lnt_release(NULL, y.data);
    }
    printf("\n%s: %s; to a mean squared error of %g\n", problem->name, problem->what,
           problem->goal);
    printf("%-12s %4s %11s  %9s %19s  %10s %10s %9s\n", "method", "", "reached", "median",
           "quartiles", "loss", "least", "epochs");
    for (size_t i = 0; i < N_METHODS; i++) {
        if (all[i].trials > 0) {
            print(bench, problem, &methods[i], &all[i], dtype);
        } else {
            json_decref(all[i].curves);
        }
    }
}

/* The data and initial parameters of each seed, for programs that race elsewhere. */
static void dump(const choice *c, const lnt_bench_problem *problem, lnt_dtype dtype)
{
    if (mkdir(c->dump, 0777) != 0 && errno != EEXIST) {
        lnt_bench_fail("%s: %s", c->dump, strerror(errno));
    }
    for (unsigned seed = (unsigned) c->first; seed < (unsigned) (c->first + c->seeds); seed++) {
        lnt_tensor x, y;
        lnt_bench_make_problem(problem, c->digits, dtype, seed, &x, &y);
        lnt_net *net = lnt_bench_problem_net(problem, dtype, seed);
        const lnt_tensor w = lnt_net_parameters(net);
        const struct {
            const char *name;
            const lnt_tensor *value;
        } arrays[] = {{"x", &x}, {"y", &y}, {"w", &w}};
        for (size_t i = 0; i < 3; i++) {
            char path[1024];
            lnt_error error;
            snprintf(path, sizeof path, "%s/%s.%u.%s.npy", c->dump, problem->name, seed,
                     arrays[i].name);
            if (lnt_npy_write(path, arrays[i].value, &error) != LNT_OK) {
                lnt_bench_fail("%s", error.message);
            }
        }
        lnt_net_destroy(net);
        lnt_release(NULL, x.data);
        lnt_release(NULL, y.data);
    }
}

int main(int argc, const char **argv)
{
    choice c = {.problem = "all", .digits = LNT_BENCH_DIGITS, .seeds = 5};
    struct poptOption options[] = {
        {"problem", 'p', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &c.problem, 0,
         "narrow, smooth, autoencoder, sin, parity or all", "NAME"},
        {"methods", 'm', POPT_ARG_STRING, &c.list, 0, "some of the methods, by their names",
         "LIST"},
        {"seeds", 'n', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &c.seeds, 0, "runs of each", "N"},
        {"first-seed", 'f', POPT_ARG_INT, &c.first, 0, "the first seed", "SEED"},
        {"limit", 'l', POPT_ARG_DOUBLE, &c.seconds, 0, "seconds of a run, else the problem's own",
         "S"},
        {"data", 'D', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &c.digits, 0,
         "64 pixels and the digit in a row", "FILE"},
        {"dump", '\0', POPT_ARG_STRING, &c.dump, 0,
         "race nobody: write data and first parameters as .npy files", "FOLDER"},
        POPT_TABLEEND};
    const lnt_bench_program program = {"bench_race", "Races optimisers to a loss.", options, 1, 0};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    const bool every = strcmp(c.problem, "all") == 0;
    if (!every && lnt_bench_find_problem(c.problem) == NULL) {
        lnt_bench_misuse("--problem: there is no '%s'", c.problem);
    }
    if (c.seeds < 1 || c.seeds > MOST_TRIALS || c.first < 0) {
        lnt_bench_misuse("expected --seeds from 1 to %d and --first-seed from 0", MOST_TRIALS);
    }
    lnt_bench_begin(&bench);
    for (size_t i = 0; i < LNT_BENCH_PROBLEMS; i++) {
        const lnt_bench_problem *problem = &lnt_bench_problems[i];
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            if (bench.dtypes[dtype] && (every || strcmp(problem->name, c.problem) == 0)) {
                if (c.dump != NULL) {
                    dump(&c, problem, dtype);
                } else {
                    measure(&bench, &c, problem, dtype);
                }
            }
        }
    }
    return lnt_bench_end(&bench);
}
