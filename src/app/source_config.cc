#include "app/source_config.h"

#include "app/text_file.h"

namespace leadspool::app {
namespace {

constexpr std::int64_t kYear_h = 8'760;

std::shared_ptr<const receiver::LeadSchema> read_schema(ConfigSection& section,
                                                        const ReadingContext& context) {
  const auto path = context.resolve(section.text("schema").value_or(""));
  if (path.empty()) return nullptr;
  const auto text = read_text_file(path);
  if (const auto* why_not = std::get_if<UnreadableFile>(&text)) {
    section.error("schema", path + " " + why_not->reason);
    return nullptr;
  }
  auto schema = receiver::LeadSchema::parse(std::get<std::string>(text));
  if (const auto* wrong = std::get_if<std::string>(&schema)) {
    section.error("schema", path + " is no JSON Schema: " + *wrong);
    return nullptr;
  }
  return std::get<std::shared_ptr<const receiver::LeadSchema>>(std::move(schema));
}

}  // namespace

SourceConfig read_source(ConfigSection& section, const ReadingContext& context) {
  using receiver::Rule;
  const std::vector<std::pair<std::string, Rule>> rules{{"deliver", Rule::deliver}, {"hold", Rule::hold}};
  SourceConfig source;
  source.name = section.text("name").value_or("");
  const auto* keys = section.find("key_sha256");
  const auto* list = keys != nullptr ? std::get_if<TomlArray>(&keys->held) : nullptr;
  if (keys == nullptr || (list != nullptr && list->empty())) {
    section.error("key_sha256",
                  "missing: without a key nothing opens this source, and every lead is refused; "
                  "`leadspool key NAME` makes a key and its hash");
  }
  source.key_hashes = section.hashes("key_sha256");
  source.test_leads = section.one_of("test_leads", source.test_leads, rules);
  source.do_not_contact = section.one_of("do_not_contact", source.do_not_contact, rules);
  source.schema = read_schema(section, context);
  source.silence_hours = section.whole_number("silence_hours", source.silence_hours, 0, kYear_h);
  section.refuse_unknown();
  return source;
}

}  // namespace leadspool::app
