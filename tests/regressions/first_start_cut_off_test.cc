// Found by the power-loss family (tests/fault/power_loss_test.cc): a crash within the very first start, while
// the new file was being put into WAL mode, left a rollback journal beside it. migrate() looks at a store
// without the right to write first, SQLite refuses to read past such a journal without that right, and so no
// later start succeeded.
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/store.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace leadspool {

TEST_CASE("a store whose first start was cut off is opened by the next one") {
  test::TemporaryFolder folder;
  {
    // A transaction too large for its cache has changed the file before it ends.
    SQLite::Database dying(folder.file("dying.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    dying.exec("PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (done BLOB)");
    for (int i = 0; i < 50; ++i) dying.exec("INSERT INTO half VALUES (zeroblob(9000))");
    std::filesystem::copy(folder.file("dying.db"), folder.file("leads.db"));
    std::filesystem::copy(folder.file("dying.db-journal"), folder.file("leads.db-journal"));
  }
  REQUIRE(outbox::migrate(folder.file("leads.db")).from == 0);
  REQUIRE(outbox::stored_schema_version(folder.file("leads.db")) == outbox::schema_version());
}

}  // namespace leadspool
