package mortise.wire.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import mortise.wire.generator.MessageSchema.Kind;

/** Writes the enum of all APIs from the requests and responses among the schemas. */
final class ApiKeySource {
    private static final int NEVER_FLEXIBLE = Short.MAX_VALUE;

    /** The one API whose response header has no tagged fields in any version (KIP-511). */
    private static final String API_VERSIONS = "ApiVersions";

    /** The two directions of one API. */
    private record Api(MessageSchema request, MessageSchema response) {
        int firstFlexible() {
            return request.flexible().isEmpty() ? NEVER_FLEXIBLE : request.flexible().lowest();
        }

        int firstFlexibleResponse() {
            return request.apiName().equals(API_VERSIONS) || response.flexible().isEmpty()
                    ? NEVER_FLEXIBLE
                    : response.flexible().lowest();
        }
    }

    private final JavaSource java = new JavaSource();

    private ApiKeySource() {}

    /** The text of {@code ApiKey.java}. */
    static String of(List<MessageSchema> messages, String targetPackage, String messagePackage) {
        ApiKeySource source = new ApiKeySource();
        source.file(pairs(messages), targetPackage, messagePackage);
        return source.java.toString();
    }

    private static List<Api> pairs(List<MessageSchema> messages) {
        Map<Integer, MessageSchema> requests = byKey(messages, Kind.REQUEST);
        Map<Integer, MessageSchema> responses = byKey(messages, Kind.RESPONSE);
        if (!requests.keySet().equals(responses.keySet())) {
            throw new SchemaException(
                    "requests exist for the API keys "
                            + requests.keySet()
                            + " but responses for "
                            + responses.keySet()
                            + "; each API needs both");
        }
        List<Api> apis = new ArrayList<>();
        requests.forEach((key, request) ->
                apis.add(pair(request, Objects.requireNonNull(responses.get(key)))));
        return apis;
    }

    private static Api pair(MessageSchema request, MessageSchema response) {
        if (!request.apiName().equals(response.apiName())
                || !request.versions().equals(response.versions())) {
            throw new SchemaException(
                    request.name()
                            + " (versions "
                            + request.versions()
                            + ") and "
                            + response.name()
                            + " (versions "
                            + response.versions()
                            + ") have the API key "
                            + request.apiKey()
                            + ", want the same name and the same versions");
        }
        return new Api(request, response);
    }

    private static Map<Integer, MessageSchema> byKey(List<MessageSchema> messages, Kind kind) {
        Map<Integer, MessageSchema> byKey = new TreeMap<>();
        for (MessageSchema message : messages) {
            if (message.kind() == kind) {
                MessageSchema before = byKey.put(message.apiKey(), message);
                if (before != null) {
                    throw new SchemaException(
                            before.name()
                                    + " and "
                                    + message.name()
                                    + " have the same API key "
                                    + message.apiKey());
                }
            }
        }
        return byKey;
    }

    private void file(List<Api> apis, String targetPackage, String messagePackage) {
        java.line("// Generated from the request and response schemas by the message generator.");
        java.line("package " + targetPackage + ";");
        java.blank();
        java.line("import java.util.Set;");
        if (!targetPackage.equals("mortise.wire")) {
            java.line("import mortise.wire.ApiMessage;");
        }
        for (Api api : apis) {
            if (!api.request().versions().isEmpty()) {
                java.line("import " + messagePackage + "." + api.request().name() + ";");
                java.line("import " + messagePackage + "." + api.response().name() + ";");
            }
        }
        java.line("import org.jspecify.annotations.Nullable;");
        java.blank();
        java.doc("An API of the Kafka protocol: its number, its versions, its messages.");
        java.open("public enum ApiKey");
        for (int i = 0; i < apis.size(); i++) {
            constant(apis.get(i), i == apis.size() - 1 ? ";" : ",");
        }
        listener();
        members(apis.getLast().request().apiKey());
        factory("newRequest", "request", "An empty request.", apis);
        factory("newResponse", "response", "An empty response.", apis);
        java.close();
    }

    private void constant(Api api, String end) {
        MessageSchema request = api.request();
        java.doc(
                request.versions().isEmpty()
                        ? request.apiName() + ", of which no version is left."
                        : request.apiName() + ", versions " + request.versions() + ".");
        String listeners =
                request.listeners().isEmpty()
                        ? "Set.of()"
                        : "Set.of("
                                + String.join(
                                        ", ",
                                        request.listeners().stream()
                                                .map(name ->
                                                        "Listener."
                                                                + Names.constant(
                                                                        Names.upperFirst(name)))
                                                .toList())
                                + ")";
        java.line(
                Names.constant(request.apiName())
                        + "("
                        + String.join(
                                ", ",
                                String.valueOf(request.apiKey()),
                                '"' + request.apiName() + '"',
                                String.valueOf(request.versions().lowest()),
                                String.valueOf(request.versions().highest()),
                                String.valueOf(api.firstFlexible()),
                                String.valueOf(api.firstFlexibleResponse()),
                                String.valueOf(request.latestVersionUnstable()),
                                listeners)
                        + ")"
                        + end);
    }

    private void listener() {
        java.blank();
        java.doc("The kinds of listener on which Apache Kafka serves an API.");
        java.open("public enum Listener");
        java.doc("Where clients and other brokers connect.");
        java.line("BROKER,");
        java.doc("Where the members of the metadata quorum connect.");
        java.line("CONTROLLER");
        java.close();
    }

    private void members(int highestKey) {
        java.blank();
        java.line(
                "private static final @Nullable ApiKey[] BY_ID = new ApiKey["
                        + (highestKey + 1)
                        + "];");
        java.blank();
        java.open("static");
        java.open("for (ApiKey key : values())");
        java.line("BY_ID[key.id] = key;");
        java.close();
        java.close();
        java.blank();
        java.line("private final short id;");
        java.line("private final String apiName;");
        java.line("private final short lowestVersion;");
        java.line("private final short highestVersion;");
        java.line("private final short firstFlexibleRequest;");
        java.line("private final short firstFlexibleResponse;");
        java.line("private final boolean latestVersionUnstable;");
        java.line("private final Set<Listener> listeners;");
        java.blank();
        java.open(
                "ApiKey(int id, String apiName, int lowestVersion, int highestVersion,"
                        + " int firstFlexibleRequest, int firstFlexibleResponse,"
                        + " boolean latestVersionUnstable, Set<Listener> listeners)");
        java.line("this.id = (short) id;");
        java.line("this.apiName = apiName;");
        java.line("this.lowestVersion = (short) lowestVersion;");
        java.line("this.highestVersion = (short) highestVersion;");
        java.line("this.firstFlexibleRequest = (short) firstFlexibleRequest;");
        java.line("this.firstFlexibleResponse = (short) firstFlexibleResponse;");
        java.line("this.latestVersionUnstable = latestVersionUnstable;");
        java.line("this.listeners = listeners;");
        java.close();
        method(
                "The API with that number, or null if there is none.",
                "static @Nullable ApiKey find(short id)",
                "return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;");
        method("The number in request headers.", "short id()", "return id;");
        method("The name without Request or Response.", "String apiName()", "return apiName;");
        method(
                "The first version that has a schema.",
                "short lowestVersion()",
                "return lowestVersion;");
        method(
                "The last version that has a schema; below the lowest if there is none.",
                "short highestVersion()",
                "return highestVersion;");
        method(
                "Whether no version is left, so that there are no messages.",
                "boolean isRemoved()",
                "return highestVersion < lowestVersion;");
        method(
                "Whether that version has a schema.",
                "boolean hasVersion(short version)",
                "return version >= lowestVersion && version <= highestVersion;");
        method(
                "Whether the last version may still change and is not to be advertised.",
                "boolean latestVersionUnstable()",
                "return latestVersionUnstable;");
        method(
                "The version of the request's header, also for versions that have no schema yet.",
                "short requestHeaderVersion(short apiVersion)",
                "return (short) (apiVersion >= firstFlexibleRequest ? 2 : 1);");
        method(
                "The version of the response's header.",
                "short responseHeaderVersion(short apiVersion)",
                "return (short) (apiVersion >= firstFlexibleResponse ? 1 : 0);");
        method(
                "Where Apache Kafka serves the API.",
                "Set<Listener> listeners()",
                "return listeners;");
    }

    private void method(String about, String signature, String body) {
        java.blank();
        java.doc(about);
        java.open("public " + signature);
        java.line(body);
        java.close();
    }

    private void factory(String name, String direction, String about, List<Api> apis) {
        java.blank();
        java.doc(about);
        java.open("public ApiMessage " + name + "()");
        java.open("return switch (this)");
        List<String> removed = new ArrayList<>();
        for (Api api : apis) {
            MessageSchema message = direction.equals("request") ? api.request() : api.response();
            String constant = Names.constant(message.apiName());
            if (message.versions().isEmpty()) {
                removed.add(constant);
            } else {
                java.line("case " + constant + " -> new " + message.name() + "();");
            }
        }
        if (!removed.isEmpty()) {
            java.line("case " + String.join(", ", removed) + " ->");
            java.line(
                    "    throw new UnsupportedOperationException(\"making a "
                            + direction
                            + " of \" + apiName + \": no version of this API is left in the"
                            + " protocol\");");
        }
        java.closeStatement();
        java.close();
    }
}
