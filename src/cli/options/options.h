/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_OPTIONS_H
#define LINNET_CLI_OPTIONS_OPTIONS_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Long enough for any range or list of choices. */
#define LNT_CLI_RANGE_MAX 320

/* What an option's value is, and the C type it is stored as. */
typedef enum lnt_cli_kind {
    LNT_CLI_SWITCH, /* bool: --name, --no-name; "yes" or "no" as text */
    LNT_CLI_TEXT,   /* char * */
    LNT_CLI_TEXTS,  /* lnt_cli_texts: the option may be repeated */
    LNT_CLI_LIST,   /* lnt_cli_texts: and each value is split at its commas */
    LNT_CLI_COUNT,  /* uint64_t, from `least` to `most` */
    LNT_CLI_SIZE,   /* size_t, likewise */
    LNT_CLI_BYTES,  /* size_t, likewise; the text may end in K, M or G */
    LNT_CLI_SIZES,  /* lnt_cli_sizes: whole numbers split at commas, or "none" */
    LNT_CLI_REAL,   /* double, within `low` and `high` */
    LNT_CLI_TIME,   /* double, seconds, likewise: "90", "90s", "15m", "2h", "1d", "1:30:00" */
    LNT_CLI_CHOICE, /* int, or an enum as large: the index of a name that `choice` gives */
    LNT_CLI_CHAR    /* char, or the name of one */
} lnt_cli_kind;

typedef struct lnt_cli_texts {
    char **items;
    size_t count;
} lnt_cli_texts;

typedef struct lnt_cli_sizes {
    size_t *items;
    size_t count;
} lnt_cli_sizes;

/* A place of a value that depends on the selector's choice. */
typedef struct lnt_cli_variant {
    unsigned long long only; /* bits by choice */
    size_t offset;
} lnt_cli_variant;

#define LNT_CLI_VARIANTS_MAX 6

/*
 * One option: a row of a constant table from which the parser, the range checks and the help are
 * made. `offset` is where its value lies in the settings of its group.
 */
typedef struct lnt_cli_option {
    const char *name;
    char letter; /* short form, or 0 */
    lnt_cli_kind kind;
    size_t offset;
    const char *value;   /* what the help calls its value: "FILE" */
    const char *initial; /* the default, as text that goes through the same checks; NULL: none */
    const char *help;    /* of the form that the help shows: --no-name for a switch that is on */
    uint64_t least, most;
    double low, high;
    bool above_low, below_high; /* the bound itself is not allowed */
    const char *(*choice)(int); /* name of choice i, NULL after the last */
    const char *depends_on;     /* the option whose choice decides whether this one applies */
    unsigned long long only;    /* with which of them it has: bits by choice */
    lnt_cli_variant variants[LNT_CLI_VARIANTS_MAX]; /* places for choices; none: `offset` */
    size_t n_variants;
    const char *not_with; /* an option that takes the place of this one */
    bool not_in_file;     /* for the command line alone */
} lnt_cli_option;

/* Options that stand under one heading; `offset` is where their settings lie in the command's. */
typedef struct lnt_cli_group {
    const char *title;
    const lnt_cli_option *options;
    size_t count;
    size_t offset;
} lnt_cli_group;

/* Checks `text` and stores it at `place`; `error` says what was expected and what was found. */
lnt_status lnt_cli_option_set(const lnt_cli_option *option, const char *text, void *place,
                              lnt_error *error);

/* Frees what the option owns at `place`, and empties it. */
void lnt_cli_option_clear(const lnt_cli_option *option, void *place);

/* Bytes of its value. */
size_t lnt_cli_option_size(const lnt_cli_option *option);

/* The index of the choice stored at `place`. */
int lnt_cli_option_choice(const void *place);

/* What values are allowed: "from 1 to 1000", "f32 or f64"; "" where there is nothing to say. */
void lnt_cli_option_range(const lnt_cli_option *option, char *text, size_t size);

/* "sgd, rmsprop or muon": those of the selector's choices that `only` names. */
void lnt_cli_option_choices(const lnt_cli_option *selector, unsigned long long only, char *text,
                            size_t size);

#endif
