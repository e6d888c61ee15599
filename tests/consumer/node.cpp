// The program around a projection of a foreign project.
#include <waymark/node/main.hpp>
#include <waymark/waymark.hpp>

int main(int argc, char** argv) {
  auto count = waymark::projection{"count"}
                   .table("CREATE TABLE IF NOT EXISTS seen (id TEXT)")
                   .truncate("DELETE FROM seen")
                   .on("Seen", [](waymark::read_model& db, const nlohmann::json& data) {
                     db.execute("INSERT INTO seen VALUES ($1)", data);
                   });
  return waymark::main(argc, argv, {std::move(count).freeze()});
}
