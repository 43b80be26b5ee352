// A driver in C++ with constructors, exceptions and the standard library.
#include "plusplus.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace
{
struct Table {
    std::vector<uint8_t> values;
    Table() : values(256) { std::generate(values.begin(), values.end(), [n = 0]() mutable { return uint8_t(n++ * 7); }); }
};
const Table table; // needs a constructor to run when the image is loaded

std::vector<uint8_t> digest(const uint8_t *input, size_t length)
{
    if (length == 0) {
        throw std::invalid_argument("nothing to hash");
    }
    std::vector<uint8_t> result(input, input + length);
    std::reverse(result.begin(), result.end());
    std::transform(result.begin(), result.end(), result.begin(), [](uint8_t b) { return table.values[b]; });
    return result;
}
} // namespace

psa_status_t plusplus_hash_compute(psa_algorithm_t, const uint8_t *input, size_t input_length, uint8_t *hash,
                                   size_t hash_size, size_t *hash_length)
{
    try {
        const auto result = digest(input, input_length);
        if (result.size() > hash_size) {
            return PSA_ERROR_BUFFER_TOO_SMALL;
        }
        std::copy(result.begin(), result.end(), hash);
        *hash_length = result.size();
        return PSA_SUCCESS;
    } catch (const std::invalid_argument &) {
        return PSA_ERROR_INVALID_ARGUMENT;
    }
}
