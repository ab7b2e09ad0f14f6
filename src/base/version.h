/* The release of reinit; every tool prints it for --version. */
#ifndef REINIT_BASE_VERSION_H
#define REINIT_BASE_VERSION_H

#define REINIT_VERSION "0.1.0"

#endif
