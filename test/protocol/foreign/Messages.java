import java.io.File;
import java.lang.reflect.*;
import java.nio.ByteBuffer;
import java.util.*;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.*;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.record.internal.*;

/**
 * Prints a line for every record message of Apache Kafka, every version of it, and three sets of values; or, where names of
 * APIs are given, for their headers, requests and responses, in their oldest and newest versions and those beside the first flexible one.
 */
public class Messages {
    static final List<String> PACKAGES = List.of(
        "org.apache.kafka.common.metadata.", "org.apache.kafka.coordinator.group.generated.",
        "org.apache.kafka.coordinator.transaction.generated.", "org.apache.kafka.coordinator.share.generated.",
        "org.apache.kafka.server.log.remote.metadata.storage.generated.Remote");
    static final List<String> MESSAGES = List.of(
        "ConsumerProtocolSubscription", "ConsumerProtocolAssignment", "ControlRecordTypeSchema", "EndTxnMarker",
        "LeaderChangeMessage", "SnapshotHeaderRecord", "SnapshotFooterRecord", "KRaftVersionRecord", "VotersRecord");
    static int count;

    public static void main(String[] args) throws Exception {
        for (String name : args.length == 0 ? classNames() : classNames(args)) {
            Class<?> type = Class.forName(name);
            Class<?> converter = Class.forName(name + "JsonConverter");
            short oldest = type.getField("LOWEST_SUPPORTED_VERSION").getShort(null);
            short newest = type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null);
            Set<Integer> boundaries = boundaries((Schema[]) type.getField("SCHEMAS").get(null), oldest, newest);
            for (short version = oldest; version <= newest; version++) {
                if (args.length > 0 && !boundaries.contains((int) version)) continue;
                for (String values : List.of("default", "filled", "null")) {
                    count = 0;
                    Message message = fill(type, version, values);
                    ByteBuffer bytes = MessageUtil.toByteBufferAccessor(message, version).buffer();
                    String json = converter.getMethod("write", type, short.class).invoke(null, message, version).toString();
                    System.out.println("{\"name\":" + quote(type.getSimpleName()) + ",\"version\":" + version
                        + ",\"values\":" + quote(values) + ",\"hex\":\"" + HexFormat.of().formatHex(bytesOf(bytes))
                        + "\",\"json\":" + quote(json) + "}");
                }
            }
        }
    }

    static List<String> classNames(String[] apis) {
        Stream<String> headers = Stream.of("RequestHeaderData", "ResponseHeaderData");
        Stream<String> bodies = Stream.of(apis).flatMap(api -> Stream.of(api + "RequestData", api + "ResponseData"));
        return Stream.concat(headers, bodies).map(name -> "org.apache.kafka.common.message." + name).toList();
    }

    static Set<Integer> boundaries(Schema[] schemas, int oldest, int newest) {
        Set<Integer> versions = new HashSet<>(List.of(oldest, newest));
        for (int version = oldest + 1; version <= newest; version++) {
            if (isFlexible(schemas[version]) && !isFlexible(schemas[version - 1])) versions.addAll(List.of(version - 1, version));
        }
        return versions;
    }

    static boolean isFlexible(Schema schema) {
        return Stream.of(schema.fields()).anyMatch(field -> field.def.name.equals("_tagged_fields"));
    }

    static SortedSet<String> classNames() throws Exception {
        SortedSet<String> names = new TreeSet<>();
        for (String name : MESSAGES) names.add("org.apache.kafka.common.message." + name);
        for (String jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!new File(jar).getName().startsWith("kafka-")) continue;
            try (JarFile file = new JarFile(jar)) {
                file.stream().map(e -> e.getName().replace('/', '.')).filter(n -> n.endsWith("JsonConverter.class"))
                    .filter(n -> !n.contains("$") && PACKAGES.stream().anyMatch(n::startsWith))
                    .forEach(n -> names.add(n.replace("JsonConverter.class", "")));
            }
        }
        return names;
    }

    /** Every field set, as far as the version can say it. */
    static Message fill(Class<?> type, short version, String values) throws Exception {
        Message message = (Message) type.getConstructor().newInstance();
        if (values.equals("default")) return message;
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || field.getName().matches("_.*|next|prev")) continue;
            field.setAccessible(true);
            Object before = field.get(message);
            if (values.equals("null") && field.getType().isPrimitive()) continue;
            field.set(message, values.equals("null") ? null : sample(field.getGenericType(), field.getName(), version));
            if (!writes(message, version)) field.set(message, before);
        }
        if (values.equals("filled")) {
            message.unknownTaggedFields().add(new RawTaggedField(1000 + count++, new byte[] {1, 2, 3}));
            if (!writes(message, version)) message.unknownTaggedFields().clear();
        }
        return message;
    }

    static boolean writes(Message message, short version) {
        try {
            MessageUtil.toByteBufferAccessor(message, version);
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    static Object sample(Type type, String name, short version) throws Exception {
        int n = ++count;
        if (type == boolean.class) return true;
        if (type == byte.class) return (byte) -n;
        if (type == short.class) return (short) (n % 2 == 0 ? n : -n);
        if (type == int.class) return name.equals("port") ? 65535 - n : n % 2 == 0 ? 1_000_000 + n : -n;
        if (type == long.class) return n % 2 == 0 ? Long.MAX_VALUE - n : -n;
        if (type == double.class) return n * 1e9;
        if (type == Integer.class) return 70_000 + n;
        if (type == Byte.class) return (byte) n;
        if (type == Short.class) return (short) -n;
        if (type == String.class) return List.of("a" + n, "\"\\/é" + n, "\u0001\t\u007f€", "😀\u2028").get(n % 4);
        if (type == Uuid.class) return new Uuid(n, -n);
        if (type == byte[].class) return new byte[] {0, (byte) n, -1, 62};
        if (type == BaseRecords.class) return MemoryRecords.readableRecords(ByteBuffer.wrap(new byte[] {(byte) n, 7}));
        if (type == ByteBuffer.class) return ByteBuffer.wrap(new byte[] {(byte) n, -2});
        if (type instanceof ParameterizedType list) {
            Type element = list.getActualTypeArguments()[0];
            return new ArrayList<>(List.of(sample(element, name, version), sample(element, name, version)));
        }
        Class<?> named = (Class<?>) type;
        if (!named.getSimpleName().endsWith("Collection")) return fill(named, version, "filled");
        @SuppressWarnings("unchecked")
        Collection<Object> collection = (Collection<Object>) named.getConstructor().newInstance();
        Type element = ((ParameterizedType) named.getGenericSuperclass()).getActualTypeArguments()[0];
        collection.add(sample(element, name, version));
        collection.add(sample(element, name, version));
        return collection;
    }

    static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') quoted.append('\\').append((char) c);
            else if (c < 32 || c > 126) quoted.append(String.format("\\u%04x", c));
            else quoted.append((char) c);
        });
        return quoted.append('"').toString();
    }

    static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
