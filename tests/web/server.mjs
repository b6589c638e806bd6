// A server of the page for the tests, which can be watched, exchanged and shut.

import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";

/** Starts `edge-translate serve`; resolves to its port and a function that ends it. */
export async function startServer([command, ...rest]) {
  const server = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise((resolve, reject) => {
    server.once("exit", (code) =>
      reject(new Error(`the server ended with code ${code}`)),
    );
    server.stdout.once("data", (line) =>
      resolve(Number(/localhost:(\d+)/.exec(line)[1])),
    );
  });
  const stop = () => {
    server.removeAllListeners("exit");
    server.kill();
  };
  return { port, stop };
}

/** Starts `edge-translate serve` behind a door that counts bytes and can be shut. */
export async function serve(command) {
  let server = await startServer(command);
  const sockets = new Set();
  const door = { bytes: 0 };
  const proxy = createServer((browser) => {
    const site = connect(server.port, "127.0.0.1");
    for (const socket of [browser, site]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
    site.on("data", (data) => (door.bytes += data.length));
    browser.pipe(site);
    site.pipe(browser);
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  door.origin = `http://localhost:${proxy.address().port}`;
  door.url = `${door.origin}/keras-s2s/`;
  /** Puts another server behind the door. */
  door.lead = (next) => {
    for (const socket of sockets) socket.destroy();
    server.stop();
    server = next;
  };
  door.shut = () => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
    server.stop();
  };
  return door;
}
