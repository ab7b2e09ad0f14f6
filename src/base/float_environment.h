/* The floating-point environment of the calling thread: IEEE 754's default, which the bits of every
 * result rest on.
 *
 * A process may come with another: a library that was linked with -ffast-math turns on
 * flush-to-zero in its constructor, and threads inherit it.
 */
#ifndef REINIT_BASE_FLOAT_ENVIRONMENT_H
#define REINIT_BASE_FLOAT_ENVIRONMENT_H

/* Round to nearest even, subnormals kept, no traps. Called where a tool starts, where a thread does
 * (exact/parallel.h), and after a library is loaded. */
void float_environment_reset(void);

#endif
