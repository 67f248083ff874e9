/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXPORT_H
#define LINNET_EXPORT_H

/** Linkage of the public interface: everything not marked `LNT_API` is hidden. */
#if defined(_WIN32) || !defined(__GNUC__)
#define LNT_API
#else
#define LNT_API __attribute__((visibility("default")))
#endif

/** `LNT_MUST_CHECK`: the compiler warns where a caller ignores the result. */
#if defined(__GNUC__)
#define LNT_MUST_CHECK __attribute__((warn_unused_result))
#define LNT_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define LNT_MUST_CHECK
#define LNT_PRINTF(format_index, first)
#endif

#ifdef __cplusplus
#define LNT_BEGIN_DECLS extern "C" {
#define LNT_END_DECLS }
#else
#define LNT_BEGIN_DECLS
#define LNT_END_DECLS
#endif

#endif
