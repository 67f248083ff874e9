/* SPDX-License-Identifier: MIT */
#include "base/text/utf8.h"

size_t lnt_utf8_length(const char *text, size_t left)
{
    const unsigned char *bytes = (const unsigned char *) text;
    if (left == 0 || bytes[0] < 0x80) {
        return left > 0;
    }
    const unsigned char lead = bytes[0];
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || length > left) {
        return 0;
    }
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (bytes[1] < low || bytes[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((bytes[i] & 0xC0u) != 0x80u) {
            return 0;
        }
    }
    return length;
}
