import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.*;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.*;
import org.apache.kafka.common.utils.Exit;

/**
 * Many runs of Kafka's tools in one JVM. Each line of stdin is one run, ["class","argument",…]; each line of stdout
 * is what came of it: {"stdout","stderr" (base64),"exit","exception"}. Argument: a folder with more programs; they are
 * loaded anew for every run, so that what they keep in statics is new, too.
 */
public class Tools {
    static final class Ended extends RuntimeException {
        final int code;

        Ended(int code) {
            super(null, null, false, false);
            this.code = code;
        }
    }

    /** Prefers its own classes to those of the class path, where the same ones may be. */
    static final class Programs extends URLClassLoader {
        Programs(URL[] programs) {
            super(programs);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean isOurs = findLoadedClass(name) == null && findResource(name.replace('.', '/') + ".class") != null;
            return isOurs ? findClass(name) : super.loadClass(name, resolve);
        }
    }

    /** The first of a run: it would have ended there, while here some tools catch what ends them, and exit again. */
    static Ended first;

    static Ended ended(int code) {
        if (first == null) first = new Ended(code);
        return first;
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        ObjectMapper json = new ObjectMapper();
        URL[] programs = {Path.of(args[0]).toUri().toURL()};
        Exit.setExitProcedure((code, message) -> { throw ended(code); });
        Exit.setHaltProcedure((code, message) -> { throw ended(code); });
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = lines.readLine()) != null; ) {
            String[] words = json.readValue(line, String[].class);
            answers.println(json.writeValueAsString(run(programs, words[0], Arrays.copyOfRange(words, 1, words.length))));
            answers.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    static Map<String, Object> run(URL[] programs, String name, String[] args) throws Exception {
        var stdout = new ByteArrayOutputStream();
        var stderr = new ByteArrayOutputStream();
        System.setOut(new PrintStream(stdout, false, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(stderr, false, StandardCharsets.UTF_8));
        int exit = 0;
        String exception = null;
        first = null;
        try (var loader = new Programs(programs)) {
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Ended ended) exit = ended.code;
            else {
                exit = 1; // as the JVM ends where main throws
                exception = e.getCause().toString();
            }
        }
        System.out.flush();
        System.err.flush();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("stdout", stdout.toByteArray());
        answer.put("stderr", stderr.toByteArray());
        answer.put("exit", exit);
        answer.put("exception", exception);
        return answer;
    }
}
