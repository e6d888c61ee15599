#include "persistence/sql/fault.hpp"

namespace waymark::sql {

namespace {

std::string text_of(const failure_words& what) {
  std::string text{what.where};
  (text += ": ") += what.message;
  if (!what.doing.empty())
    ((text += " (") += what.doing.substr(0, 300)) += ')';
  if (!what.advice.empty())
    (text += ": ") += what.advice;
  return text;
}

} // namespace

void raise(blame whose, const failure_words& what, store_error::outcome known) {
  switch (whose) {
  case blame::event:
    throw statement_error{text_of(what)};
  case blame::projection:
    throw projection_error{text_of(what)};
  case blame::incompatible:
    throw incompatible_store{text_of(what)};
  case blame::store:
    break;
  }
  throw store_error{text_of(what), known};
}

} // namespace waymark::sql
