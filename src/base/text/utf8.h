/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_TEXT_UTF8_H
#define LINNET_BASE_TEXT_UTF8_H

#include <stddef.h>

/** Bytes of the well-formed character that `text` begins with, by table 3-7 of the Unicode
    standard; 0 for none. NUL counts as one byte. */
size_t lnt_utf8_length(const char *text, size_t left);

#endif
