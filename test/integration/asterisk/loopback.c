/* Preloaded into the test Asterisk: turns every bind() to the wildcard address into one to loopback.
 * PJSIP's DNS resolver opens two client sockets on the wildcard address and has no option against it, so without
 * this something could be reached from outside. Needs no libc headers: it must load into a foreign libc. */
struct sa { unsigned short family; unsigned short port; unsigned char rest[124]; };
extern int *__errno_location(void);

static long sys_bind(long fd, const void *a, long n) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "a"(49L), "D"(fd), "S"(a), "d"(n) : "rcx", "r11", "memory");
  return r;
}

int bind(int fd, const struct sa *a, unsigned n) {
  struct sa c;
  unsigned i;
  long r;
  if (n <= sizeof c) {
    for (i = 0; i < n; i++) ((unsigned char *)&c)[i] = ((const unsigned char *)a)[i];
    if (n >= 16 && c.family == 2 && !(c.rest[0] | c.rest[1] | c.rest[2] | c.rest[3])) {
      c.rest[0] = 127;
      c.rest[3] = 1;
    }
    if (n >= 28 && c.family == 10) {
      unsigned char any = 0;
      for (i = 4; i < 20; i++) any |= c.rest[i];
      if (!any) c.rest[19] = 1;
    }
    a = &c;
  }
  r = sys_bind(fd, a, n);
  if (r < 0) {
    *__errno_location() = (int)-r;
    return -1;
  }
  return 0;
}
