/** The Python that Debian's packages are installed for; another one may come first in the path. */
export const DEBIAN_PYTHON = "/usr/bin/python3";
