package mortise.wire.generator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes in schemas, each with the exact line that the author of the schema reads. */
class BadSchemasTest {
    private static final String HEAD =
            "{ 'type': 'data', 'name': 'Bad', 'validVersions': '0-3', 'flexibleVersions': '2+', ";

    @TempDir private Path folder;

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("", "Bad.json:1: the file is empty, want one JSON object"),
                Arguments.of("[]", "Bad.json:1: a message must be an object {...}"),
                Arguments.of("{} {}", "Bad.json:1: a schema file holds one object, more follows"),
                Arguments.of("{ 'type' 'data' }", "Bad.json:1: not JSON: "),
                Arguments.of("{ 'name': 'A',\n 'name': 'B' }", "Bad.json:2: not JSON: Duplicate"),
                Arguments.of(
                        "{ 'type': 'data' }", "Bad.json:1: a message lacks the attribute \"name\""),
                Arguments.of(
                        "{ 'name': 'Bad', 'kind': 'data' }",
                        "Bad.json:1: a message has an attribute \"kind\" that the schema language"
                                + " does not know; it knows apiKey, type,"),
                Arguments.of(
                        "{ 'type': 'dataa', 'name': 'Bad', 'validVersions': '0' }",
                        "Bad.json:1: message Bad: type \"dataa\" is not known, want one of request,"),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Good', 'validVersions': '0' }",
                        "Bad.json:1: message Good: the name differs from the file's, want"
                                + " Good.json"),
                Arguments.of(
                        "{ 'type': 'request', 'name': 'Bad', 'validVersions': '0' }",
                        "the name of a request ends in Request"),
                Arguments.of(
                        "{ 'type': 'metadata', 'name': 'Bad', 'validVersions': '0' }",
                        "a metadata needs an \"apiKey\""),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Bad', 'apiKey': 3, 'validVersions': '0' }",
                        "a data has no \"apiKey\""),
                Arguments.of(
                        "{ 'type': 'metadata', 'name': 'Bad', 'apiKey': 99999,"
                                + " 'validVersions': '0' }",
                        "\"apiKey\" is 99999, want a number from 0 to 32767"),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Bad', 'validVersions': 'all' }",
                        "\"validVersions\": versions \"all\" are not understood, want none, 3, 3-5"
                                + " or 3+"),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Bad', 'validVersions': '3-1' }",
                        "versions \"3-1\" end before they begin"),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Bad', 'validVersions': '0+' }",
                        "\"validVersions\" 0+ has no end, want 0-3 or 3"),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Bad', 'validVersions': '0' }",
                        "message Bad lacks the attribute \"flexibleVersions\""),
                Arguments.of(
                        "{ 'type': 'data', 'name': 'Bad', 'validVersions': '0-5',"
                                + " 'flexibleVersions': '2-3' }",
                        "\"flexibleVersions\" 2-3 has an end, want none or 3+"),
                Arguments.of(
                        HEAD + "'listeners': ['broker'] }", "only requests have \"listeners\""),
                Arguments.of(
                        HEAD + "'listeners': ['zk'] }",
                        "listeners are one or both of broker, controller"),
                field("'type': 'int32', 'versions': '0+'", "a field lacks the attribute \"name\""),
                field(
                        "'name': 'A b', 'type': 'int32', 'versions': '0+'",
                        "field Bad.A b: \"A b\" cannot name a field here"),
                field(
                        "'name': 'Class', 'type': 'int32', 'versions': '0+'",
                        "field Bad.Class: \"Class\" cannot name a field here, choose another name"),
                field(
                        "'name': 'ToString', 'type': 'int32', 'versions': '0+'",
                        "\"ToString\" cannot name a field here"),
                field(
                        "'name': 'A', 'type': 'int32'",
                        "field Bad.A lacks the attribute \"versions\""),
                field(
                        "'name': 'A', 'type': 'int31', 'versions': '0+'",
                        "field Bad.A: type \"int31\" is not known, want bool, int8,"),
                field(
                        "'name': 'A', 'type': '[][]int32', 'versions': '0+'",
                        "a list of lists is not supported, use a struct"),
                field(
                        "'name': 'A', 'type': '[]records', 'versions': '0+'",
                        "a list of records is not supported"),
                field(
                        "'name': 'A', 'type': 'Missing', 'versions': '0+'",
                        "struct Missing is not defined; give the field \"fields\""),
                field(
                        "'name': 'A', 'type': 'S', 'versions': '0+', 'fields': []",
                        "struct S has no fields"),
                field(
                        "'name': 'A', 'type': 'String', 'versions': '0+', 'fields': ["
                                + "{ 'name': 'B', 'type': 'int8', 'versions': '0+' }]",
                        "\"String\" cannot name a struct here, choose another name"),
                field(
                        "'name': 'A', 'type': 'int8', 'versions': '0+', 'fields': ["
                                + "{ 'name': 'B', 'type': 'int8', 'versions': '0+' }]",
                        "only a struct has \"fields\" of its own"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'nullableVersions': '0+'",
                        "a int32 cannot be null"),
                field(
                        "'name': 'A', 'type': 'string', 'versions': '0-1',"
                                + " 'nullableVersions': '2+'",
                        "null in versions 2+, but the field exists in 0-1"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'tag': 0",
                        "a \"tag\" without \"taggedVersions\""),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'taggedVersions': '2+'",
                        "\"taggedVersions\" without a \"tag\""),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'taggedVersions': '0+',"
                                + " 'tag': 0",
                        "tagged in versions 0+, but only flexible versions can have tags, which are"
                                + " 2+"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'taggedVersions': '2-3',"
                                + " 'tag': 0",
                        "\"taggedVersions\" 2-3 has an end, want 3+"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '3+', 'taggedVersions': '2+',"
                                + " 'tag': 0",
                        "tagged in versions 2+, but the field exists in 3+"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '2+', 'taggedVersions': '2+',"
                                + " 'tag': 1",
                        "tags count from 0 without gaps, tag 0 is missing"),
                field(
                        "'name': 'A', 'type': 'int8', 'versions': '0+', 'default': '128'",
                        "default 128 does not fit a int8, want -128 to 127"),
                field(
                        "'name': 'A', 'type': 'uint16', 'versions': '0+', 'default': '-1'",
                        "default -1 does not fit a uint16, want 0 to 65535"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'default': 'ten'",
                        "default \"ten\" is not a int32"),
                field(
                        "'name': 'A', 'type': 'bool', 'versions': '0+', 'default': 'yes'",
                        "\"default\" is \"yes\", want true or false"),
                field(
                        "'name': 'A', 'type': 'float64', 'versions': '0+', 'default': 'NaN'",
                        "default \"NaN\" is not a finite float64"),
                field(
                        "'name': 'A', 'type': 'uuid', 'versions': '0+', 'default': 'x'",
                        "a uuid has no default of its own"),
                field(
                        "'name': 'A', 'type': '[]int32', 'versions': '0+', 'default': '1'",
                        "a list or struct has no default but null"),
                field(
                        "'name': 'A', 'type': 'string', 'versions': '0+', 'default': 'null',"
                                + " 'nullableVersions': '1+'",
                        "default null, but the field may be null only in versions 1+, not in all of"
                                + " 0+"),
                field(
                        "'name': 'A', 'type': 'int32', 'versions': '0+', 'ignorable': 'maybe'",
                        "\"ignorable\" is \"maybe\", want true or false"),
                Arguments.of(
                        HEAD
                                + "'fields': [\n{ 'name': 'A', 'type': 'int8', 'versions': '0+' },\n"
                                + "{ 'name': 'a', 'type': 'int8', 'versions': '0+' }] }",
                        "Bad.json:3: field Bad.a: the field exists twice"),
                Arguments.of(
                        HEAD
                                + "'fields': [ { 'name': 'A', 'type': '[]S', 'versions': '0+' } ],"
                                + " 'commonStructs': [ { 'name': 'S', 'versions': '0+', 'fields': ["
                                + " { 'name': 'B', 'type': '[]S', 'versions': '0+' } ] } ] }",
                        "struct S contains itself, through [Bad, S]"),
                Arguments.of(
                        HEAD
                                + "'fields': [ { 'name': 'A', 'type': '[]S', 'versions': '0+',"
                                + " 'fields': [{ 'name': 'B', 'type': 'int8', 'versions': '0+' }] },"
                                + " { 'name': 'C', 'type': 'S', 'versions': '0+', 'fields': [{"
                                + " 'name': 'B', 'type': 'int8', 'versions': '0+' }] } ] }",
                        "struct S is defined a second time, first on line 1"));
    }

    private static Arguments field(String attributes, String expected) {
        return Arguments.of(HEAD + "'fields': [ { " + attributes + " } ] }", expected);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsAMessageWithItsPlace(String schema, String expected) throws IOException {
        Files.writeString(folder.resolve("Bad.json"), schema.replace('\'', '"'));

        assertThatThrownBy(() -> new Generator(folder, "p"))
                .isInstanceOf(SchemaException.class)
                .hasMessageStartingWith("Bad.json:")
                .hasMessageContaining(expected);
    }
}
