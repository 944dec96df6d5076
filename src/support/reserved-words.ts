const list = (text: string): string[] => text.trim().split(/\s+/);

// C11, 6.4.1.
const KEYWORDS = list(`
  auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false`);

// C++, so that a C++ application can include the header.
const CPP_KEYWORDS = list(`
  alignas alignof and and_eq asm bitand bitor catch class compl concept consteval constexpr constinit const_cast co_await
  co_return co_yield decltype delete dynamic_cast explicit export friend mutable namespace new noexcept not not_eq
  nullptr operator or or_eq private protected public reinterpret_cast requires static_assert static_cast template this
  thread_local throw try typeid typename using virtual xor xor_eq`);

// C11, clause 7: functions that gcc knows by itself or that a firmware links, and the headers.
const LIBRARY = list(`
  abort abs acos acosh asin asinh assert atan atan2 atanh atexit atof atoi atol atoll bsearch calloc cbrt ceil clock
  complex copysign cos cosh ctime ctype div environ erf erfc errno exit exp exp2 expm1 fabs fclose fdim feof ferror
  fflush fgetc fgets floor fma fmax fmin fmod fopen fprintf fputc fputs fread free frexp fscanf fseek ftell fwrite
  getc getchar getenv gets hypot ilogb index inttypes isalnum isalpha isascii isblank iscntrl isdigit isgraph islower
  isprint ispunct isspace isupper isxdigit labs ldexp ldiv lgamma limits llabs llrint llround locale log log10 log1p
  log2 logb longjmp lrint lround malloc math memchr memcmp memcpy memmove memset mktime modf nan nearbyint nextafter
  perror pow printf putc putchar puts qsort raise rand realloc remainder remove remquo rename rewind rindex rint round
  scanf setjmp setvbuf signal sin sinh snprintf sprintf sqrt srand sscanf stdalign stdarg stdatomic stdbool stddef
  stderr stdin stdint stdio stdlib stdnoreturn stdout strcat strchr strcmp strcpy strcspn strdup strerror string
  strlen strncat strncmp strncpy strpbrk strrchr strspn strstr strtod strtof strtok strtol strtoul strxfrm system tan
  tanh tgamma tgmath threads time tmpfile tolower toupper trunc ungetc unix linux arm uchar va_arg vprintf wchar
  wctype null eof file arm_acle`);

// Files of the generated firmware, and names in its code that a model's would hide: a test finds them all.
const FIRMWARE = list(`
  main platform startup host link firmware runtime thimble acc addend address alpha arena argc argv batches beta bias
  bit bits block bounded byte bytes channels columns constructor cost count crc crc32 data define defined depth
  difference digits dilation_x dilation_y dtype end endif error exception exceptions exp_count expected exponent found
  frame from from_steps gcc given half half_pixel halves hard_fault here high ifdef ifndef include input_bytes
  input_channels input_count input_height input_ring input_width input_zero inputs invoke kernel_height kernel_width
  kind layer left limit line load_vectors loops low lowest magnitude mailbox make_inputs mark_cost mark_count
  mark_start marks mask may_alias most multiplier multiplier_a multiplier_b naked name names noclone noinline now odd_zero
  offset offset_x offset_y outer output output_bytes output_channels output_count output_height output_ring
  output_width outputs pad_left pad_top paint painted painted_bytes pairs pragma print print_hex print_number
  print_outputs product rank reals receive_inputs report_fault requantize reset rest result reverse_multiplier
  reverse_shift right ring rounding row rows run scale scale_x scale_y scaled section seek_end set_inputs shape shift
  shift_a shift_b shifted size sizes stack start state status step step_a step_b stride_x stride_y sum table tested
  text threshold ticks ticks_begin to_steps total turns twice uart_begin uart_byte undef unroll used value vector
  vector_now vectors weight_zero weights weights_crc window word zero zero_a zero_b zero_point first last input scratch
  ready to stdc fp_contract off elif optimize next checksum array steps states noise fill_row row_bytes give_rows input_row
  push_row more fed`);

const WORDS = new Set([...KEYWORDS, ...CPP_KEYWORDS, ...LIBRARY, ...FIRMWARE]);

/** Whether a name, in whatever case, means something in C or in the generated firmware already. */
export function isReserved(name: string): boolean {
  const lower = name.toLowerCase();
  // One and two letters are what loops and pointers are called; u?int…, …_t and macros are stdint.h's.
  return (
    name.length < 3 ||
    WORDS.has(lower) ||
    /^(input|output|part)\d+$|^(pull|rows)_|^u?int\d|_t$|^u?intptr|^u?intmax|^size_max$|^(nn|platform|thimble)_/.test(
      lower,
    )
  );
}
