/** C of a test's main.c: `put(k, data, bytes)` prints bytes that the driver takes for those of vector k. */
export const PUT = `
static uint32_t offset;
void thimble_fault(const char *kind, uint32_t pc, uint32_t status) { (void)kind; (void)pc; (void)status; platform_end(); }
static void print(const char *text) { while (*text != '\\0') { platform_put(*text++); } }
static void print_number(uint32_t value)
{
    char digits[12] = {0};
    int at = 11;
    do { digits[--at] = (char)('0' + value % 10u); value /= 10u; } while (value != 0u);
    print(&digits[at]);
}
static void put(uint32_t k, const uint8_t *data, uint32_t bytes)
{
    for (uint32_t i = 0u; i < bytes; i++) {
        if (i % 128u == 0u) { print("\\nthimble out "); print_number(k); print(" "); print_number(offset + i); print(" "); }
        platform_put("0123456789abcdef"[data[i] >> 4]);
        platform_put("0123456789abcdef"[data[i] & 15u]);
    }
    print("\\n");
    offset += bytes;
}
`;
