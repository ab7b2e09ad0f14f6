/* SIGINT, SIGTERM, SIGHUP (unless ignored, as by nohup) and SIGXCPU (a limit on processor time) as
 * a wish to stop, to be noticed between two steps of the work. */
#ifndef REINIT_BASE_INTERRUPT_H
#define REINIT_BASE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* Non-zero once one of the signals came; for code that is handed a flag to look at. */
extern volatile sig_atomic_t interrupt_seen;

/* From now on the signals only set the flag. System calls that wait are interrupted by them. */
void interrupt_catch(void);

#endif
