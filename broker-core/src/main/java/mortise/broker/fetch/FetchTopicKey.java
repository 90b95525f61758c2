package mortise.broker.fetch;

import mortise.api.TopicId;

/**
 * A topic as a fetch names it: by name up to version 12, by ID from 13 on.
 *
 * @param id {@link TopicId#NONE} if it is named
 * @param name empty if the ID is given
 */
record FetchTopicKey(TopicId id, String name) {
    static FetchTopicKey of(TopicId id) {
        return new FetchTopicKey(id, "");
    }

    static FetchTopicKey of(String name) {
        return new FetchTopicKey(TopicId.NONE, name);
    }

    boolean byId() {
        return name.isEmpty();
    }
}
