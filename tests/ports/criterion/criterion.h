/* SPDX-License-Identifier: MIT */
#ifndef LINNET_STAND_IN_CRITERION_H
#define LINNET_STAND_IN_CRITERION_H

/*
 * As much of Criterion's interface as the tests use, in one header, for scripts/ports: Debian has
 * no Criterion for s390x, and qemu cannot run its workers. Each test runs in a child process, one
 * after the other, and the output is TAP.
 */
#pragma GCC system_header

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct cr_options {
    void (*init)(void);
    void (*fini)(void);
    double timeout;
    bool disabled;
} cr_options;

struct criterion_test_params {
    size_t size;
    void *params;
    size_t length;
};

typedef struct cr_test {
    const char *suite, *name;
    void (*run)(void);
    void (*run_one)(void *parameter); /* of a parameterized test */
    struct criterion_test_params (*parameters)(void);
    cr_options options;
    struct cr_test *next;
} cr_test;

typedef struct cr_suite {
    const char *name;
    cr_options options;
    struct cr_suite *next;
} cr_suite;

enum { CR_FAILED = 1, CR_SKIPPED = 77, CR_SECONDS = 600 };

static cr_test *cr_tests, **cr_last_test = &cr_tests;
static cr_suite *cr_suites;
static int cr_expectations_failed;

static inline void cr_add_test(cr_test *test)
{
    *cr_last_test = test;
    cr_last_test = &test->next;
}

static inline void cr_add_suite(cr_suite *suite)
{
    suite->next = cr_suites;
    cr_suites = suite;
}

__attribute__((format(printf, 4, 5))) static inline void
cr_tell(const char *file, int line, const char *text, const char *format, ...)
{
    va_list arguments;
    printf("# %s:%d: %s: ", file, line, text);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

#define CR_ASSERT(condition, text, ...)                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            CR_SAY(text, ##__VA_ARGS__);                                                           \
            _exit(CR_FAILED);                                                                      \
        }                                                                                          \
    } while (0)
/* The message is optional, and may be followed by its arguments. */
#define CR_SAY(text, ...) cr_tell(__FILE__, __LINE__, text, "" __VA_ARGS__)

#define cr_assert(condition, ...) CR_ASSERT(condition, #condition, ##__VA_ARGS__)
#define cr_assert_not(condition, ...) CR_ASSERT(!(condition), "not " #condition, ##__VA_ARGS__)
#define cr_assert_eq(a, b, ...) CR_ASSERT((a) == (b), #a " == " #b, ##__VA_ARGS__)
#define cr_assert_neq(a, b, ...) CR_ASSERT((a) != (b), #a " != " #b, ##__VA_ARGS__)
#define cr_assert_lt(a, b, ...) CR_ASSERT((a) < (b), #a " < " #b, ##__VA_ARGS__)
#define cr_assert_null(a, ...) CR_ASSERT((a) == NULL, #a " == NULL", ##__VA_ARGS__)
#define cr_assert_not_null(a, ...) CR_ASSERT((a) != NULL, #a " != NULL", ##__VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) CR_ASSERT(strcmp((a), (b)) == 0, #a " is " #b, ##__VA_ARGS__)
#define cr_assert_str_neq(a, b, ...)                                                               \
    CR_ASSERT(strcmp((a), (b)) != 0, #a " is not " #b, ##__VA_ARGS__)
#define cr_assert_str_empty(a, ...) CR_ASSERT((a)[0] == '\0', #a " is empty", ##__VA_ARGS__)
#define cr_assert_float_eq(a, b, epsilon, ...)                                                     \
    CR_ASSERT(fabsl((long double) (a) - (long double) (b)) <= (long double) (epsilon),             \
              #a " is near " #b, ##__VA_ARGS__)
#define cr_assert_fail(...) CR_ASSERT(false, "fails", ##__VA_ARGS__)
#define cr_expect(condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            CR_SAY(#condition, ##__VA_ARGS__);                                                     \
            cr_expectations_failed = 1;                                                            \
        }                                                                                          \
    } while (0)
#define cr_skip(...)                                                                               \
    do {                                                                                           \
        CR_SAY("skipped", ##__VA_ARGS__);                                                          \
        _exit(CR_SKIPPED);                                                                         \
    } while (0)

#define CR_TEST(suite_, name_, ...)                                                                \
    static cr_test cr_test_##suite_##name_ = {.suite = #suite_, .name = #name_, __VA_ARGS__};      \
    __attribute__((constructor)) static void cr_add_##suite_##name_(void)                          \
    {                                                                                              \
        cr_add_test(&cr_test_##suite_##name_);                                                     \
    }

#define Test(suite_, name_, ...)                                                                   \
    static void suite_##name_##_run(void);                                                         \
    CR_TEST(suite_, name_, .run = suite_##name_##_run, .options = {__VA_ARGS__})                   \
    static void suite_##name_##_run(void)

#define TestSuite(suite_, ...)                                                                     \
    static cr_suite cr_suite_##suite_ = {.name = #suite_, .options = {__VA_ARGS__}};               \
    __attribute__((constructor)) static void cr_add_##suite_(void)                                 \
    {                                                                                              \
        cr_add_suite(&cr_suite_##suite_);                                                          \
    }                                                                                              \
    extern int cr_declared_##suite_ /* for the semicolon behind it */

#define ParameterizedTestParameters(suite_, name_)                                                 \
    static struct criterion_test_params suite_##name_##_parameters(void)
#define ParameterizedTest(parameter_, suite_, name_, ...)                                          \
    static void suite_##name_##_run(parameter_);                                                   \
    CR_TEST(suite_, name_, .run_one = (void (*)(void *)) suite_##name_##_run,                      \
            .parameters = suite_##name_##_parameters, .options = {__VA_ARGS__})                    \
    static void suite_##name_##_run(parameter_)
#define cr_make_param_array(type, array, count, ...)                                               \
    (struct criterion_test_params)                                                                 \
    {                                                                                              \
        sizeof(type), (array), (count)                                                             \
    }

/* --- the runner --- */

static inline void cr_call(void (*function)(void))
{
    if (function != NULL) {
        function();
    }
}

static inline void cr_run_child(const cr_test *test, const cr_options *suite, void *parameter)
{
    const double seconds =
        test->options.timeout > suite->timeout ? test->options.timeout : suite->timeout;
    alarm(seconds > CR_SECONDS ? (unsigned) seconds : CR_SECONDS);
    cr_call(suite->init);
    cr_call(test->options.init);
    if (test->run != NULL) {
        test->run();
    } else {
        test->run_one(parameter);
    }
    cr_call(test->options.fini);
    cr_call(suite->fini);
    fflush(stdout);
    _exit(cr_expectations_failed);
}

static inline void cr_run(const cr_test *test, void *parameter, int *number)
{
    static const cr_options none;
    const cr_options *options = &none;
    for (const cr_suite *suite = cr_suites; suite != NULL; suite = suite->next) {
        options = strcmp(suite->name, test->suite) == 0 ? &suite->options : options;
    }
    int status = -1;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        cr_run_child(test, options, parameter);
    }
    const bool ended = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status);
    const int code = ended ? WEXITSTATUS(status) : -1;
    printf("%s %d - %s::%s%s\n", code == 0 || code == CR_SKIPPED ? "ok" : "not ok", ++*number,
           test->suite, test->name, code == CR_SKIPPED ? " # SKIP" : "");
    if (!ended) {
        printf("# ended by signal %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    }
}

int main(void)
{
    int number = 0;
    for (const cr_test *test = cr_tests; test != NULL; test = test->next) {
        if (test->options.disabled) {
            continue;
        }
        if (test->parameters == NULL) {
            cr_run(test, NULL, &number);
            continue;
        }
        const struct criterion_test_params all = test->parameters();
        for (size_t i = 0; i < all.length; i++) {
            cr_run(test, (char *) all.params + i * all.size, &number);
        }
    }
    printf("1..%d\n", number);
    return EXIT_SUCCESS;
}

#endif
